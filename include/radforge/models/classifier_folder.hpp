#pragma once

#include "radforge/config/model_config.hpp"
#include "radforge/nn/parameter_set.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

/// A trained classifier as it lies in the folder `classifier` of a run's result: `config.json`, and `model.safetensors` under
/// torchvision's names.
struct ClassifierDescription {
  ClassifierConfig config;
  std::string label;              ///< what it tells: "findings", "sex", "race", "view", "age"
  std::vector<std::string> names; ///< of its outputs
  std::int64_t image_size = 0;    ///< height of the images that it learned from
  double value_offset = 0;        ///< a value, as of an age, is offset + scale * output
  double value_scale = 1;
};

/// Errors of the readers: DataError naming the file and the key, IoError.
void write_classifier(const std::filesystem::path& result, const ClassifierDescription& description, const StateDict& weights);
ClassifierDescription read_classifier_description(const std::filesystem::path& result);
StateDict read_classifier_weights(const std::filesystem::path& result);

/// The result folder that `path` means: itself, or `pipeline` of a run's folder. Errors: DataError if neither holds a classifier.
std::filesystem::path find_classifier(const std::filesystem::path& path);

} // namespace radforge
