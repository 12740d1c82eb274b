// usage: bench_sample_images make FOLDER CHANNELS SIDE | run FOLDER PRECISION BATCH STEPS BATCHES
//
// "make" writes a pipeline with random weights of Stable Diffusion 2.1's shape on a small scale: CHANNELS of the UNet's levels as
// "64,128,128", latents of SIDE x SIDE, images of four times that. "run" makes BATCHES batches of images as `radforge generate`
// does, by DDIM with guidance, after one that does not count. Prints images, seconds and the mean grey level of each image as
// JSON.
#include "radforge/core/clock.hpp"
#include "radforge/generate/generator.hpp"
#include "radforge/models/clip_tokenizer.hpp"
#include "radforge/models/pipeline.hpp"

#include <nlohmann/json.hpp>

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

void make(const fs::path& folder, const std::string& channels_text, std::int64_t side) {
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
  PipelineContent content{.unet = {.sample_size = side,
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

nlohmann::json run(const fs::path& folder, const std::string& precision, std::int64_t batch, std::int64_t steps, int batches) {
  GenerateConfig config;
  config.pipeline = folder / "pipeline";
  config.precision = precision;
  config.batch_size = batch;
  config.sampler = {.name = "ddim", .steps = steps, .guidance_scale = 3.0};
  const Generator generator(config);
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
  return {{"images", batches * batch}, {"seconds", watch.seconds()}, {"means", means}};
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (!(mode == "make" && argc == 5) && !(mode == "run" && argc == 7)) {
    std::cerr << "usage: bench_sample_images make FOLDER CHANNELS SIDE | run FOLDER PRECISION BATCH STEPS BATCHES\n";
    return 2;
  }
  try {
    if (mode == "make") {
      radforge::make(argv[2], argv[3], std::stoll(argv[4]));
    } else {
      std::cout << radforge::run(argv[2], argv[3], std::stoll(argv[4]), std::stoll(argv[5]), std::stoi(argv[6])) << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << "bench_sample_images: " << error.what() << '\n';
    return 1;
  }
}
