#include "command.hpp"
#include "inspect_dataset.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/dataset_index.hpp"
#include "radforge/models/pipeline_folder.hpp"

#include <cstdio>

namespace radforge {

namespace {

void print_part(const char* name, const StateDict& weights) {
  std::int64_t parameters = 0;
  for (const auto& [tensor_name, tensor] : weights) {
    parameters += tensor.numel();
  }
  std::printf("  %-13s %10ld parameters in %zu tensors\n", name, parameters, weights.size());
}

void print_pipeline(const std::filesystem::path& folder) {
  std::printf("%s: pipeline\n", folder.c_str());
  print_part("unet", read_unet_weights(folder));
  print_part("text_encoder", read_text_encoder_weights(folder));
  print_part("vae", read_autoencoder_weights(folder));
  const DiffusionConfig diffusion = read_scheduler_config(folder);
  std::printf("  %-13s %s, %ld timesteps, %s\n", "scheduler", diffusion.beta_schedule.c_str(), diffusion.num_train_timesteps,
              diffusion.prediction_type.c_str());
}

} // namespace

void run_inspect(const CommandContext& context) {
  if (context.world.rank() != 0) {
    return;
  }
  const std::filesystem::path& folder = context.line.config;
  if (std::filesystem::exists(folder / DatasetIndex::file_name)) {
    inspect_dataset(folder);
  } else if (std::filesystem::exists(folder / "model_index.json")) {
    print_pipeline(folder);
  } else {
    throw DataError(
        "{} is neither a data set nor a pipeline (it has no {} and no model_index.json). Name the folder that has one",
        folder.string(), DatasetIndex::file_name);
  }
}

} // namespace radforge
