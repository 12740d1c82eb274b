// usage: bench_diffusion_step FOLDER DATASET PRECISION BATCH STEPS cpu|cuda
//
// Trains UNet and text encoder of FOLDER/pipeline (bench_sample_images makes one) on the first BATCH images of DATASET by the
// Trainer's own step, as RoentGen-v2 was: the autoencoder encodes them in each step, no average is kept. Prints images, seconds
// and the loss of every step as JSON.
#include "support/device.hpp"
#include "support/timed_steps.hpp"

#include "radforge/models/multiply_adds.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/tasks/diffusion_task.hpp"

#include <filesystem>
#include <iostream>
#include <span>
#include <string>

namespace radforge {
namespace {

namespace fs = std::filesystem;

Batch first_batch(const Mixture& data, std::int64_t batch_size) {
  Batch batch;
  const std::size_t bytes = data.schema().num_bytes();
  batch.values.resize(static_cast<std::size_t>(batch_size) * bytes);
  for (std::int64_t id = 0; id < batch_size; ++id) {
    batch.turns.push_back({id, 0});
    data.values(id, std::span(batch.values).subspan(static_cast<std::size_t>(id) * bytes, bytes));
  }
  return batch;
}

nlohmann::json run(const fs::path& folder, const fs::path& dataset, const std::string& precision, std::int64_t batch_size,
                   int steps, const std::string& device_name) {
  const at::Device device = open_device(device_name);
  DiffusionRunConfig config;
  config.pipeline = folder / "pipeline";
  config.data.sources = {{.dataset = dataset}};
  config.data.validation_split.clear();
  config.kept_mb = 0; // each step encodes its images
  config.diffusion.prediction_type = "epsilon";
  config.diffusion.caption_dropout = 0;
  config.train.precision = precision;
  config = with_models_of_pipeline(config);
  const Mixture data(config.data);
  DiffusionTask task(config, data, fs::path(config.pipeline) / "tokenizer", device);
  nlohmann::json result =
      timed_steps(*make_self_communicator(), task, first_batch(data, batch_size), steps, device, /*ema_decay=*/0);
  const DatasetSchema& schema = data.schema();
  add_device(result, device, precision,
             task.flop_per_image() +
                 encode_multiply_adds(read_autoencoder_config(config.pipeline), schema.height, schema.width).flop());
  return result;
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "usage: bench_diffusion_step FOLDER DATASET PRECISION BATCH STEPS cpu|cuda\n";
    return 2;
  }
  try {
    std::cout << radforge::run(argv[1], argv[2], argv[3], std::stoll(argv[4]), std::stoi(argv[5]), argv[6]) << '\n';
  } catch (const std::exception& error) {
    std::cerr << "bench_diffusion_step: " << error.what() << '\n';
    return 1;
  }
}
