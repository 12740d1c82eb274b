#pragma once

#include "radforge/config/compute_config.hpp"
#include "radforge/config/model_config.hpp"
#include "radforge/config/train_config.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

/// What a classifier tells of an image.
struct TargetConfig {
  std::string label = "findings"; ///< each yes or no; or one class of "sex", "race" or "view"; or the number of years, "age"
  std::vector<std::string> names; ///< findings or classes, one an output; empty: all that the data have
};

struct ClassifierLossConfig {
  std::string class_weights = "none"; ///< or "balanced": each value of a label weighs the same over the training images
  double label_smoothing = 0;         ///< Szegedy et al. 2016
};

/// How stages of the network learn, counted from the image: the stem, what follows it at each size, the head.
struct StagesConfig {
  std::int64_t frozen = 0;        ///< first stages that stay as they are, running statistics of their norms included
  double learning_rate_decay = 1; ///< the learning rate of a stage is this times that of the stage after it; the head's is whole
};

/// `task: classifier`. From scratch, from weights of the ecosystem, or from any classifier of an earlier run.
struct ClassifierRunConfig {
  std::string task = "classifier";
  std::int64_t seed = 1;
  DataConfig data;
  TargetConfig target;
  std::string weights; ///< folder of a run or its result, or a safetensors file; "" = random weights
  ClassifierConfig classifier;
  ClassifierLossConfig loss;
  StagesConfig stages;
  LoopConfig train = {.validation_images = 1'000'000};
  OptimizerConfig optimizer;
  EarlyStoppingConfig early_stopping;
  std::vector<std::string> predict = {"train", "validation", "test"}; ///< splits whose predictions are written at the end
  std::vector<std::string> allow_patient_overlap; ///< data sets that may hold patients of the training among those predicted
  CheckpointConfig checkpoint;
  ComputeConfig compute;
  WatchdogConfig watchdog;
};

void describe(Schema& schema, TargetConfig& config);
void describe(Schema& schema, ClassifierLossConfig& config);
void describe(Schema& schema, StagesConfig& config);
void describe(Schema& schema, ClassifierRunConfig& config);

} // namespace radforge
