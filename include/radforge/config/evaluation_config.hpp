#pragma once

#include "radforge/config/compute_config.hpp"
#include "radforge/config/train_config.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

class Schema;

/// What the columns of a table of predictions are called; a column that a table lacks is unknown, but for the image's.
struct PredictionColumnsConfig {
  std::string image = "image";
  std::string patient = "patient_id";
  std::string sex = "sex";
  std::string age = "age";
  std::string race = "race";
  std::string view = "view";
  std::string site = "site";
  std::string split = "split";
  std::string prefix = "prob_"; ///< before a label's name: the column of its scores
  std::string scale = "probability";
  std::string uncertain = "unknown"; ///< what a label of -1 is taken for
};

/// A model, and where what it says of images is found; or who is asked.
struct EvaluatedModelConfig {
  std::string name;
  std::vector<std::string> predictions; ///< files: predictions.h5 of trained classifiers, or tables
  std::string network;                  ///< folder of a trained classifier, which is shown `images`
  PredictionColumnsConfig columns;      ///< of tables
  std::string arm;                      ///< models of one arm are the same but for their seed; empty: it stands for itself
};

/// Classifiers that a sweep has trained, each a model; empty `folder`: none.
struct EvaluatedSweepConfig {
  std::string folder;
  std::vector<std::string> entries; ///< whose runs are judged, behind `models`; empty: all that train classifiers
  std::string seed_axis = "seed";   ///< runs that differ in it alone are one arm
};

/// The mean of a metric over labels.
struct LabelAverageConfig {
  std::string name;
  std::vector<std::string> labels;
};

struct ThresholdConfig {
  std::string rule = "max_f1";
  double level = 0.2;               ///< of the rules that hold a rate
  std::string split = "validation"; ///< whose images it is chosen on; those that are judged, if there are none of it
};

/// Groups that are too small for a rate are left out of gaps, and named.
struct EligibilityConfig {
  std::int64_t min_of_rate = 20;  ///< images that a rate is a share of
  std::int64_t min_of_auroc = 10; ///< of either class
};

struct BootstrapConfig {
  std::int64_t num_draws = 2000; ///< 0: no intervals
  double level = 0.95;
  std::string unit = "patient";
  std::string interval = "percentile";
  std::int64_t num_blocks = 500;        ///< that are left out in turn, for the acceleration of bca
  std::int64_t num_permutations = 1000; ///< of groups, for the p-values of gaps; 0: none
};

/// `task: classification` of evaluate.
struct EvaluationConfig {
  std::string task = "classification";
  std::int64_t seed = 1;
  std::vector<EvaluatedModelConfig> models;
  EvaluatedSweepConfig sweep;
  std::vector<DataSourceConfig> images;           ///< that networks, and the sweep's classifiers, are shown
  std::vector<std::string> allow_patient_overlap; ///< data sets among them, by path or name
  std::vector<std::string> sites;                 ///< that are judged; empty: all
  std::vector<std::string> training_sites;        ///< that the models have learned from: others are external
  std::string split = "test";                     ///< likewise; rows without a split count to every one
  std::vector<std::string> labels;
  bool derive_no_finding = false; ///< a score of No_Finding from those of the findings
  std::vector<LabelAverageConfig> averages;
  std::string calibration = "none"; ///< of probabilities, one a label, on the images of threshold.split
  ThresholdConfig threshold;
  std::vector<std::string> subgroups = {"sex", "age_group", "race", "sex + age_group", "sex + race", "age_group + race"};
  EligibilityConfig eligibility;
  std::string smoothing = "none"; ///< of rates in gaps
  std::int64_t num_bins = 10;     ///< of the calibration error
  BootstrapConfig bootstrap;
  ComputeConfig compute;
  WatchdogConfig watchdog;
};

void describe(Schema& schema, PredictionColumnsConfig& config);
void describe(Schema& schema, EvaluatedModelConfig& config);
void describe(Schema& schema, EvaluatedSweepConfig& config);
void describe(Schema& schema, LabelAverageConfig& config);
void describe(Schema& schema, ThresholdConfig& config);
void describe(Schema& schema, EligibilityConfig& config);
void describe(Schema& schema, BootstrapConfig& config);
void describe(Schema& schema, EvaluationConfig& config);

} // namespace radforge
