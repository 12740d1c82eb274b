// usage: bench_sample_images make FOLDER CHANNELS SIDE | make FOLDER PIPELINE TOKENIZER
//        bench_sample_images run FOLDER SAMPLER PRECISION BATCH STEPS BATCHES cpu|cuda
//
// "make" writes FOLDER/pipeline with random weights: of Stable Diffusion 2.1's shape on a small scale, CHANNELS of the UNet's
// levels as "64,128,128", latents of SIDE x SIDE, images of four times that; or of the configurations in the folder PIPELINE,
// with the vocabulary in TOKENIZER. "run" makes BATCHES batches of images as `radforge generate` does, with guidance, after some
// that do not count. Prints images, seconds and the mean grey level of each image as JSON.
#include "support/device.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/generate/generator.hpp"
#include "radforge/models/clip_tokenizer.hpp"
#include "radforge/models/multiply_adds.hpp"
#include "radforge/models/pipeline.hpp"

#include <filesystem>
#include <iostream>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

namespace radforge {
namespace {

namespace fs = std::filesystem;

std::string prompt_of(std::int64_t id) {
  return std::to_string(20 + id % 60) + " year old " + (id % 2 == 0 ? "male" : "female") + ". PA view. No finding.";
}

PipelineContent small_pipeline(const fs::path& folder, const std::string& channels_text, std::int64_t side) {
  std::vector<std::int64_t> channels;
  std::istringstream words(channels_text);
  for (std::string word; std::getline(words, word, ',');) {
    channels.push_back(std::stoll(word));
  }
  const fs::path tokenizer = folder / "vocabulary";
  fs::create_directories(tokenizer);
  std::vector<std::string> prompts;
  for (std::int64_t id = 0; id < 120; ++id) {
    prompts.push_back(prompt_of(id));
  }
  train_clip_tokenizer(prompts, 256, 77, tokenizer);
  return {.unet = {.sample_size = side,
                   .block_out_channels = channels,
                   .num_attention_heads = {channels[0] / 16, channels[1] / 32, channels[2] / 32},
                   .cross_attention_dim = 128,
                   .norm_num_groups = 16},
          .text_encoder = {.vocab_size = ClipTokenizer(tokenizer).vocab_size(), .max_position_embeddings = 77},
          .autoencoder = {.sample_size = 4 * side},
          .diffusion = {},
          .scheduler = {},
          .tokenizer = tokenizer,
          .unet_weights = {},
          .text_encoder_weights = {},
          .autoencoder_weights = {}};
}

PipelineContent described_pipeline(const fs::path& configurations, const fs::path& tokenizer) {
  return {.unet = read_unet_config(configurations),
          .text_encoder = read_text_encoder_config(configurations),
          .autoencoder = read_autoencoder_config(configurations),
          .diffusion = {.prediction_type = "epsilon"},
          .scheduler = {},
          .tokenizer = tokenizer,
          .unet_weights = {},
          .text_encoder_weights = {},
          .autoencoder_weights = {}};
}

void write(const fs::path& folder, PipelineContent content) {
  Pipeline models(content.unet, content.text_encoder, content.autoencoder);
  const auto random_weights = [](ParameterSet& parameters, std::uint64_t seed) {
    parameters.allocate(seed);
    return parameters.views(parameters.flat());
  };
  content.unet_weights = random_weights(models.unet_parameters, 3);
  content.text_encoder_weights = random_weights(models.text_encoder_parameters, 2);
  content.autoencoder_weights = random_weights(models.autoencoder_parameters, 1);
  write_pipeline(folder / "pipeline", content);
}

/// With guidance, which evaluates the denoiser twice, at `evaluations` of its steps.
double flop_per_image(const fs::path& pipeline, std::int64_t evaluations) {
  const UNetConfig unet = read_unet_config(pipeline);
  const AutoencoderConfig autoencoder = read_autoencoder_config(pipeline);
  const TextEncoderConfig text_encoder = read_text_encoder_config(pipeline);
  const std::int64_t tokens = text_encoder.max_position_embeddings;
  const std::int64_t side = unet.sample_size << (autoencoder.block_out_channels.size() - 1);
  return 2 * static_cast<double>(evaluations) * unet_multiply_adds(unet, unet.sample_size, unet.sample_size, tokens).flop() +
         decode_multiply_adds(autoencoder, side, side).flop() + text_encoder_multiply_adds(text_encoder, tokens).flop();
}

nlohmann::json run(const fs::path& folder, const std::string& sampler, const std::string& precision, std::int64_t batch,
                   std::int64_t steps, int batches, const std::string& device_name) {
  const at::Device device = open_device(device_name);
  GenerateConfig config;
  config.pipeline = folder / "pipeline";
  config.precision = precision;
  config.batch_size = batch;
  config.sampler = {.name = sampler, .steps = steps, .guidance_scale = 3.0};
  const Generator generator(config, device);
  std::vector<double> means;
  Stopwatch watch;
  for (int i = 0; i < 1 + batches; ++i) {
    if (i == 1) {
      watch.restart();
    }
    std::vector<SampleRecord> records(static_cast<std::size_t>(batch));
    for (std::int64_t k = 0; k < batch; ++k) {
      records[static_cast<std::size_t>(k)].id = i * batch + k;
      records[static_cast<std::size_t>(k)].prompt = prompt_of(i * batch + k);
    }
    generator.make_pixels(records);
    for (const SampleRecord& record : records) {
      means.push_back(std::accumulate(record.pixels.begin(), record.pixels.end(), 0.0) /
                      static_cast<double>(record.pixels.size()));
    }
  }
  nlohmann::json result = {{"images", batches * batch}, {"seconds", watch.seconds()}, {"means", means}};
  add_device(result, device, precision, flop_per_image(config.pipeline, sampler == "pndm" ? steps + 1 : steps));
  return result;
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (!(mode == "make" && argc == 5) && !(mode == "run" && argc == 9)) {
    std::cerr
        << "usage: bench_sample_images make FOLDER CHANNELS SIDE | make FOLDER PIPELINE TOKENIZER | run FOLDER SAMPLER PRECISION "
           "BATCH STEPS BATCHES cpu|cuda\n";
    return 2;
  }
  try {
    if (mode == "run") {
      std::cout << radforge::run(argv[2], argv[3], argv[4], std::stoll(argv[5]), std::stoll(argv[6]), std::stoi(argv[7]), argv[8])
                << '\n';
    } else if (std::filesystem::is_directory(argv[3])) {
      radforge::write(argv[2], radforge::described_pipeline(argv[3], argv[4]));
    } else {
      radforge::write(argv[2], radforge::small_pipeline(argv[2], argv[3], std::stoll(argv[4])));
    }
  } catch (const std::exception& error) {
    std::cerr << "bench_sample_images: " << error.what() << '\n';
    return 1;
  }
}
