#include "radforge/generate/generator.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/clip_text_encoder.hpp"
#include "radforge/models/clip_tokenizer.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/models/unet.hpp"

#include "temp_folder.hpp"
#include "torch_catch.hpp"

#include <algorithm>

using namespace radforge;

namespace {

/// A pipeline of random weights: images of 16 x 16.
void write_random_pipeline(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder / "tokenizer");
  train_clip_tokenizer({"50 year old male.", "50 year old female."}, 10, 16, folder / "tokenizer");

  AutoencoderConfig autoencoder{.block_out_channels = {8, 8, 8}, .norm_num_groups = 4, .sample_size = 16};
  ParameterSet autoencoder_weights;
  const AutoencoderKL autoencoder_model(autoencoder, ParameterScope(autoencoder_weights));
  autoencoder_weights.allocate(1);
  write_autoencoder(folder, autoencoder, autoencoder_weights.views(autoencoder_weights.flat()));

  TextEncoderConfig text{.vocab_size = ClipTokenizer(folder / "tokenizer").vocab_size(),
                         .hidden_size = 16,
                         .intermediate_size = 32,
                         .num_hidden_layers = 1,
                         .num_attention_heads = 2,
                         .max_position_embeddings = 16};
  ParameterSet text_weights;
  const ClipTextEncoder text_model(text, ParameterScope(text_weights));
  text_weights.allocate(2);
  write_text_encoder(folder, text, text_weights.views(text_weights.flat()));

  UNetConfig unet{.sample_size = 4,
                  .down_block_types = {"DownBlock2D", "CrossAttnDownBlock2D"},
                  .up_block_types = {"CrossAttnUpBlock2D", "UpBlock2D"},
                  .block_out_channels = {8, 16},
                  .num_attention_heads = {1, 2},
                  .cross_attention_dim = 16,
                  .norm_num_groups = 4};
  ParameterSet unet_weights;
  const UNet unet_model(unet, ParameterScope(unet_weights));
  unet_weights.allocate(3);
  write_unet(folder, unet, unet_weights.views(unet_weights.flat()));
  write_scheduler(folder, DiffusionConfig{});
  write_model_index(folder);
}

std::vector<SampleRecord> records(std::int64_t count) {
  std::vector<SampleRecord> all(static_cast<std::size_t>(count));
  for (std::int64_t id = 0; id < count; ++id) {
    all[static_cast<std::size_t>(id)].id = id;
    all[static_cast<std::size_t>(id)].prompt = id % 2 == 0 ? "50 year old male." : "50 year old female.";
  }
  return all;
}

struct Fixture {
  Fixture() {
    write_random_pipeline(folder / "pipeline");
    config.pipeline = folder / "pipeline";
    config.sampler.steps = 3;
  }
  TempFolder folder;
  GenerateConfig config;
};

} // namespace

TEST_CASE_METHOD(Fixture, "an image does not depend on the batch it is made in") {
  config.batch_size = 5;
  std::vector<SampleRecord> together = records(5);
  Generator(config).make_pixels(together);
  CHECK(Generator(config).schema().height == 16);
  REQUIRE(together[0].pixels.size() == 256);

  config.batch_size = 2;
  std::vector<SampleRecord> apart = records(5);
  Generator(config).make_pixels(apart);
  for (std::size_t i = 0; i < 5; ++i) {
    // Kernels may sum in another order for another batch size, which rounding to grey levels can show as one level.
    for (std::size_t j = 0; j < 256; ++j) {
      REQUIRE(std::abs(together[i].pixels[j] - apart[i].pixels[j]) <= 1);
    }
  }
}

TEST_CASE_METHOD(Fixture, "the same configuration gives the same bytes, another seed or prompt others") {
  std::vector<SampleRecord> first = records(2);
  Generator(config).make_pixels(first);
  std::vector<SampleRecord> again = records(2);
  Generator(config).make_pixels(again);
  CHECK(first[1].pixels == again[1].pixels);

  std::vector<SampleRecord> prompted = records(2);
  prompted[1].prompt = "50 year old male.";
  Generator(config).make_pixels(prompted);
  CHECK(first[0].pixels == prompted[0].pixels);
  CHECK(first[1].pixels != prompted[1].pixels);

  config.seed = 2;
  std::vector<SampleRecord> reseeded = records(2);
  Generator(config).make_pixels(reseeded);
  CHECK(first[0].pixels != reseeded[0].pixels);
}

TEST_CASE_METHOD(Fixture, "a pipeline that is not whole is refused by name") {
  std::filesystem::remove(folder / "pipeline/vae/config.json");
  CHECK_THROWS_WITH(Generator(config), Catch::Contains("vae/config.json"));
}
