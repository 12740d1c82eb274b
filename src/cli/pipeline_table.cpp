#include "pipeline_table.hpp"

#include "radforge/nn/precision.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

namespace radforge {

std::string pipeline_table_head() {
  return fmt::format("  {:<13} {:<21} {:>12} {:>8}  {:<9} {:>9}\n", "part", "model", "parameters", "tensors", "type", "MB");
}

std::string pipeline_table_row(const std::string& part, const std::string& model, const ParameterSet& parameters,
                               const std::string& prefix, const StateDict& weights) {
  std::int64_t count = 0;
  std::size_t tensors = 0;
  for (const ParameterSet::Entry& entry : parameters.entries()) {
    if (entry.name.starts_with(prefix)) {
      count += entry.count;
      ++tensors;
    }
  }
  std::set<std::string> types;
  std::size_t bytes = 0;
  for (const auto& [name, tensor] : weights) {
    types.insert(precision_of(tensor.scalar_type()));
    bytes += tensor.nbytes();
  }
  if (weights.empty()) {
    types.insert(precision_of(at::kFloat));
    bytes = static_cast<std::size_t>(count) * sizeof(float);
  }
  return fmt::format("  {:<13} {:<21} {:>12} {:>8}  {:<9} {:>9.1f}\n", part, model, count, tensors, fmt::join(types, ","),
                     static_cast<double>(bytes) / 1e6);
}

std::string pipeline_table(const Pipeline& models, const PipelineContent& content) {
  return pipeline_table_head() +
         pipeline_table_row("unet", "UNet2DConditionModel", models.unet_parameters, "", content.unet_weights) +
         pipeline_table_row("text_encoder", "CLIPTextModel", models.text_encoder_parameters, "", content.text_encoder_weights) +
         pipeline_table_row("vae", "AutoencoderKL", models.autoencoder_parameters, "", content.autoencoder_weights);
}

} // namespace radforge
