// usage: bench_train_step make FOLDER CHANNELS|PIPELINE BATCH | run FOLDER PRECISION BATCH STEPS cpu|cuda
//
// "make" writes a UNet with CHANNELS (as "64,128,128"), or of the configuration in the folder PIPELINE, and initial weights as
// diffusers reads it, and a batch of inputs. "run" trains it by the Trainer's own step on that batch: forward, backward, norm,
// clipping, AdamW and the average of the weights; under mpirun on the ranks together. Prints images, seconds and the loss of
// every step as JSON.
#include "support/device.hpp"
#include "support/fixed_normals.hpp"
#include "support/timed_steps.hpp"

#include "radforge/comm/mpi_session.hpp"
#include "radforge/models/multiply_adds.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/models/unet.hpp"
#include "radforge/nn/precision.hpp"
#include "radforge/nn/state_dict.hpp"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace radforge {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t num_tokens = 77;

/// Stable Diffusion 2.1's in small: three levels with two layers each, attention at the upper two, heads of 32 where they fit.
UNetConfig config_of(const std::string& channels) {
  if (fs::is_directory(channels)) {
    return read_unet_config(channels);
  }
  UNetConfig config;
  config.block_out_channels.clear();
  config.num_attention_heads.clear();
  std::istringstream list(channels);
  for (std::string item; std::getline(list, item, ',');) {
    config.block_out_channels.push_back(std::stoll(item));
    config.num_attention_heads.push_back(std::max<std::int64_t>(config.block_out_channels.back() / 32, 1));
  }
  config.down_block_types = {"CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"};
  config.up_block_types = {"UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"};
  config.layers_per_block = 2;
  config.norm_num_groups = 32;
  return config;
}

void make(const fs::path& folder, const std::string& channels, std::int64_t batch) {
  const UNetConfig config = config_of(channels);
  ParameterSet parameters;
  const UNet unet(config, ParameterScope(parameters));
  parameters.allocate(1);
  fs::create_directories(folder / "unet");
  write_unet(folder, config, parameters.views(parameters.flat()));
  at::Tensor timesteps = at::empty({batch}, at::kLong);
  for (std::int64_t i = 0; i < batch; ++i) {
    timesteps[i] = i * 1000 / batch;
  }
  write_state_dict(folder / "batch.safetensors",
                   {{"latents", fixed_normals(1, batch, {config.in_channels, config.sample_size, config.sample_size})},
                    {"target", fixed_normals(2, batch, {config.in_channels, config.sample_size, config.sample_size})},
                    {"text", fixed_normals(3, batch, {num_tokens, config.cross_attention_dim})},
                    {"timesteps", timesteps}});
}

/// The UNet on one batch, again and again.
class FixedBatchTask final : public Task {
 public:
  FixedBatchTask(const fs::path& folder, const std::string& precision, const at::Device& device)
      : config_(read_unet_config(folder)), unet_(config_, ParameterScope(parameters_)),
        batch_(read_state_dict(folder / "batch.safetensors")) {
    for (auto& [name, tensor] : batch_) {
      tensor = tensor.to(device);
    }
    parameters_.allocate(1, scalar_type_of(precision), device);
    parameters_.load(parameters_.flat(), read_unet_weights(folder));
    parameters_.refresh();
  }

  ParameterSet& parameters() override { return parameters_; }

  StepInputs inputs(const Batch& batch, Purpose) override {
    StepInputs inputs;
    for (const char* name : {"latents", "timesteps", "text", "target"}) {
      inputs.push_back(batch_.at(name).narrow(0, batch.turns.front().id, std::ssize(batch.turns)));
    }
    return inputs;
  }
  StepLoss loss(const StepInputs& inputs, Purpose, std::int64_t) override {
    const at::Tensor predicted = unet_.forward(inputs[0], inputs[1], inputs[2]);
    const at::Tensor total = predicted.sub(inputs[3]).square().flatten(1).mean(1).sum();
    return {total, total.detach()};
  }
  PartLoss report(const Batch&, Purpose, const at::Tensor& values) override { return {.loss = values.item<double>()}; }
  double flop_per_image() const override {
    const MultiplyAdds forward = unet_multiply_adds(config_, config_.sample_size, config_.sample_size, num_tokens);
    return training_multiply_adds(forward, PartUse::trained).flop();
  }
  void write_result(const fs::path&, const at::Tensor&) override {}

 private:
  UNetConfig config_;
  ParameterSet parameters_;
  UNet unet_;
  StateDict batch_;
};

/// What rank 0 prints; null on the others.
nlohmann::json run(Communicator& ranks, const fs::path& folder, const std::string& precision, std::int64_t batch_size, int steps,
                   const std::string& device_name) {
  const at::Device device = open_device(device_name);
  FixedBatchTask task(folder, precision, device);
  if (batch_size % ranks.size() != 0) {
    throw std::invalid_argument("the number of ranks does not divide the batch");
  }
  Batch slice;
  for (std::int64_t i = 0; i < batch_size / ranks.size(); ++i) {
    slice.turns.push_back({ranks.rank() * batch_size / ranks.size() + i, 0});
  }
  nlohmann::json result = timed_steps(ranks, task, slice, steps, device, LoopConfig().ema_decay);
  if (ranks.rank() != 0) {
    return nullptr;
  }
  add_device(result, device, precision, task.flop_per_image());
  return result;
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  const radforge::MpiSession session(argc, argv);
  const auto ranks = session.world();
  const std::string mode = argc > 1 ? argv[1] : "";
  if (!(mode == "make" && argc == 5) && !(mode == "run" && argc == 7)) {
    std::cerr << "usage: bench_train_step make FOLDER CHANNELS|PIPELINE BATCH | run FOLDER PRECISION BATCH STEPS cpu|cuda\n";
    return 2;
  }
  try {
    if (mode == "make") {
      radforge::make(argv[2], argv[3], std::stoll(argv[4]));
    } else {
      const auto result = radforge::run(*ranks, argv[2], argv[3], std::stoll(argv[4]), std::stoi(argv[5]), argv[6]);
      if (!result.is_null()) {
        std::cout << result << '\n';
      }
    }
  } catch (const std::exception& error) {
    std::cerr << "bench_train_step: " << error.what() << '\n';
    ranks->abort(1); // the others may wait for this one
  }
}
