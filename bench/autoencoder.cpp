// usage: bench_autoencoder make FOLDER BATCH | encode|decode FOLDER PRECISION BATCH COUNT cpu|cuda
//
// "make" writes images and latents for the autoencoder of FOLDER/pipeline (bench_sample_images makes one) beside it. The others
// encode the first BATCH of these images COUNT times, or decode the latents. Print images, seconds and the first numbers of the
// result as JSON.
#include "support/device.hpp"
#include "support/fixed_normals.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/multiply_adds.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/nn/device.hpp"
#include "radforge/nn/precision.hpp"
#include "radforge/nn/state_dict.hpp"

#include <c10/core/GradMode.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

namespace radforge {
namespace {

namespace fs = std::filesystem;

constexpr const char* inputs_file = "autoencoder-inputs.safetensors";

std::int64_t image_side(const AutoencoderConfig& config, std::int64_t latent_side) {
  return latent_side << (config.block_out_channels.size() - 1);
}

void make(const fs::path& folder, std::int64_t batch) {
  const AutoencoderConfig config = read_autoencoder_config(folder / "pipeline");
  const std::int64_t latent_side = read_unet_config(folder / "pipeline").sample_size;
  const std::int64_t side = image_side(config, latent_side);
  write_state_dict(folder / inputs_file,
                   {{"encode", fixed_normals(1, batch, {config.in_channels, side, side}).clamp(-1, 1)},
                    {"decode", fixed_normals(2, batch, {config.latent_channels, latent_side, latent_side})}});
}

nlohmann::json run(const std::string& mode, const fs::path& folder, const std::string& precision, std::int64_t batch, int count,
                   const std::string& device_name) {
  const at::Device device = open_device(device_name);
  const c10::NoGradGuard no_grad;
  const bool encodes = mode == "encode";
  const fs::path pipeline = folder / "pipeline";
  const AutoencoderConfig config = read_autoencoder_config(pipeline);
  const std::int64_t side = image_side(config, read_unet_config(pipeline).sample_size);
  ParameterSet parameters;
  const AutoencoderKL autoencoder(config, ParameterScope(parameters));
  parameters.allocate_frozen(scalar_type_of(precision), device);
  parameters.load(parameters.flat(), read_autoencoder_weights(pipeline));
  const at::Tensor inputs = read_state_dict(folder / inputs_file).at(mode).narrow(0, 0, batch).to(device);
  at::Tensor outputs;
  Stopwatch watch;
  for (int i = 0; i < warm_up_steps(device) + count; ++i) {
    if (i == warm_up_steps(device)) {
      synchronize(device);
      watch.restart();
    }
    outputs = encodes ? autoencoder.encode(inputs).mean : autoencoder.decode(inputs);
  }
  synchronize(device);
  nlohmann::json result = {{"images", batch * count}, {"seconds", watch.seconds()}};
  outputs = outputs.flatten().narrow(0, 0, std::min<std::int64_t>(outputs.numel(), 4096)).to(at::kCPU).to(at::kDouble);
  const auto* values = outputs.const_data_ptr<double>();
  result["outputs"] = std::vector<double>(values, values + outputs.numel());
  add_device(result, device, precision, (encodes ? encode_multiply_adds : decode_multiply_adds)(config, side, side).flop());
  return result;
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (!(mode == "make" && argc == 4) && !((mode == "encode" || mode == "decode") && argc == 7)) {
    std::cerr << "usage: bench_autoencoder make FOLDER BATCH | encode|decode FOLDER PRECISION BATCH COUNT cpu|cuda\n";
    return 2;
  }
  try {
    if (mode == "make") {
      radforge::make(argv[2], std::stoll(argv[3]));
    } else {
      std::cout << radforge::run(mode, argv[2], argv[3], std::stoll(argv[4]), std::stoi(argv[5]), argv[6]) << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << "bench_autoencoder: " << error.what() << '\n';
    return 1;
  }
}
