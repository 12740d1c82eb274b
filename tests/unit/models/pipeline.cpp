#include "radforge/models/pipeline.hpp"

#include "radforge/core/error.hpp"

#include "random_pipeline.hpp"
#include "temp_folder.hpp"
#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

struct Fixture {
  Fixture() : content(write_random_pipeline(folder / "pipeline")) {}
  TempFolder folder;
  PipelineContent content;
};

void check(const PipelineContent& content) { Pipeline(content.unet, content.text_encoder, content.autoencoder).check(content); }

} // namespace

TEST_CASE_METHOD(Fixture, "a pipeline that was written is read back") {
  const PipelineContent read = read_pipeline(folder / "pipeline");
  check(read);
  CHECK(read.unet.block_out_channels == content.unet.block_out_channels);
  CHECK(read.unet.num_attention_heads == content.unet.num_attention_heads);
  CHECK(read.text_encoder.vocab_size == content.text_encoder.vocab_size);
  CHECK(read.autoencoder.scaling_factor == content.autoencoder.scaling_factor);
  CHECK(read.diffusion.prediction_type == content.diffusion.prediction_type);
  REQUIRE(read.unet_weights.size() == content.unet_weights.size());
  for (const auto& [name, tensor] : content.unet_weights) {
    CHECK(at::equal(read.unet_weights.at(name), tensor));
  }
  Pipeline models(read.unet, read.text_encoder, read.autoencoder);
  models.load(read, at::kHalf);
  CHECK(models.unet_parameters.flat().scalar_type() == at::kHalf);
}

TEST_CASE_METHOD(Fixture, "weights that do not fit are refused part by part") {
  PipelineContent damaged = content;
  damaged.unet_weights.erase("conv_in.bias");
  CHECK_THROWS_WITH(check(damaged), Contains("weights of the UNet") && Contains("'conv_in.bias' is missing"));
  damaged = content;
  damaged.text_encoder_weights["extra"] = at::zeros({1});
  CHECK_THROWS_WITH(check(damaged), Contains("weights of the text encoder") && Contains("'extra' is unexpected"));
  damaged = content;
  damaged.autoencoder_weights["decoder.conv_in.bias"] = at::zeros({8}, at::kLong);
  CHECK_THROWS_WITH(check(damaged), Contains("weights of the autoencoder") && Contains("found Long [8] (not a floating type)"));
}

TEST_CASE_METHOD(Fixture, "parts that were not trained together are refused") {
  PipelineContent other = content;
  other.unet.cross_attention_dim = 24;
  CHECK_THROWS_WITH(check(other), Contains("text states of width 24"));
  other = content;
  other.autoencoder.latent_channels = 8;
  CHECK_THROWS_WITH(check(other), Contains("the autoencoder's latents have 8"));
  other = content;
  train_clip_tokenizer({"a longer vocabulary than the text encoder knows"}, 200, 16, folder / "vocabulary");
  CHECK_THROWS_WITH(check(other), Contains("Take parts that were trained together"));
}

TEST_CASE("a folder that is no pipeline of this kind is refused by name") {
  const TempFolder folder;
  CHECK_THROWS_WITH(read_pipeline(folder.path()), Contains("has no model_index.json"));
}
