// usage: bench_autoencoder encode|decode FOLDER PRECISION BATCH COUNT cpu|cuda
//
// Encodes COUNT batches of images by the autoencoder of FOLDER/pipeline (bench_sample_images makes one), or decodes latents of
// their size. Prints images, seconds and the first numbers of the result as JSON.
#include "support/device.hpp"
#include "support/fixed_normals.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/multiply_adds.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/nn/device.hpp"
#include "radforge/nn/precision.hpp"

#include <c10/core/GradMode.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

namespace radforge {
namespace {

namespace fs = std::filesystem;

nlohmann::json run(bool encodes, const fs::path& pipeline, const std::string& precision, std::int64_t batch, int count,
                   const std::string& device_name) {
  const at::Device device = open_device(device_name);
  const c10::NoGradGuard no_grad;
  const AutoencoderConfig config = read_autoencoder_config(pipeline);
  const std::int64_t latent_side = read_unet_config(pipeline).sample_size;
  ParameterSet parameters;
  const AutoencoderKL autoencoder(config, ParameterScope(parameters));
  const std::int64_t side = latent_side * autoencoder.downscale();
  parameters.allocate_frozen(scalar_type_of(precision), device);
  parameters.load(parameters.flat(), read_autoencoder_weights(pipeline));
  const at::Tensor inputs = (encodes ? fixed_normals(1, batch, {config.in_channels, side, side}).clamp(-1, 1)
                                     : fixed_normals(1, batch, {config.latent_channels, latent_side, latent_side}))
                                .to(device);
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
  const std::string mode = argc == 7 ? argv[1] : "";
  if (mode != "encode" && mode != "decode") {
    std::cerr << "usage: bench_autoencoder encode|decode FOLDER PRECISION BATCH COUNT cpu|cuda\n";
    return 2;
  }
  try {
    const std::filesystem::path pipeline = std::filesystem::path(argv[2]) / "pipeline";
    std::cout << radforge::run(mode == "encode", pipeline, argv[3], std::stoll(argv[4]), std::stoi(argv[5]), argv[6]) << '\n';
  } catch (const std::exception& error) {
    std::cerr << "bench_autoencoder: " << error.what() << '\n';
    return 1;
  }
}
