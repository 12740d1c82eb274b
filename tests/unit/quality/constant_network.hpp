#pragma once

#include "radforge/models/classifier.hpp"
#include "radforge/models/classifier_folder.hpp"
#include "radforge/nn/parameter_set.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

/// A trained network's folder whose network sees nothing of an image: its outputs are the biases of its head. Ages are 50 + 10 of
/// them.
inline void write_constant_network(const std::filesystem::path& folder, const std::string& label,
                                   const std::vector<std::string>& names, const std::vector<float>& outputs, int side) {
  ClassifierDescription description{.config = {.in_channels = 1, .num_blocks = {1}, .width = 4},
                                    .label = label,
                                    .names = names,
                                    .image_size = side,
                                    .value_offset = label == "age" ? 50.0 : 0.0,
                                    .value_scale = label == "age" ? 10.0 : 1.0};
  description.config.num_classes = static_cast<std::int64_t>(names.size());
  ParameterSet parameters;
  const auto network = make_classifier(description.config, ParameterScope(parameters));
  parameters.allocate(1);
  StateDict weights = parameters.views(parameters.flat());
  weights.at("fc.weight").zero_();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    weights.at("fc.bias")[static_cast<std::int64_t>(i)] = outputs[i];
  }
  weights.merge(parameters.buffer_views());
  write_classifier(folder, description, weights);
}

} // namespace radforge
