#include "../../../src/cli/training_scale.hpp"

#include "radforge/core/atomic_file.hpp"

#include "temp_folder.hpp"
#include "tiny_dataset.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

namespace {

// The models of Stable Diffusion 2.1-base, whose sizes are published.
constexpr const char* known_models = R"(task: diffusion
data: {sources: [{dataset: none}]}
autoencoder: none
text_encoder: {vocab_size: 49408, hidden_size: 1024, intermediate_size: 4096, num_hidden_layers: 23, num_attention_heads: 16,
               max_position_embeddings: 77}
unet:
  sample_size: 64
  down_block_types: [CrossAttnDownBlock2D, CrossAttnDownBlock2D, CrossAttnDownBlock2D, DownBlock2D]
  up_block_types: [UpBlock2D, CrossAttnUpBlock2D, CrossAttnUpBlock2D, CrossAttnUpBlock2D]
  block_out_channels: [320, 640, 1280, 1280]
  layers_per_block: 2
  num_attention_heads: [5, 10, 20, 20]
  cross_attention_dim: 1024
  norm_num_groups: 32
train: {steps: 1000, batch_size: 8}
)";

constexpr std::int64_t unet_parameters = 865'910'724;
constexpr std::int64_t text_encoder_parameters = 340'387'840;

} // namespace

TEST_CASE("a training's scale: parameters that learn, images seen, arithmetic of what learns") {
  const TempFolder folder;
  const auto file = folder / "c.yaml";
  write_file_atomically(file, known_models);
  const TrainingScale both = training_scale(file, {}).value();
  CHECK(both.num_parameters == unet_parameters + text_encoder_parameters);
  CHECK(both.num_samples == 8000);
  CHECK(both.num_steps == 1000);
  CHECK_THAT(both.assumption, Catch::Contains("data are not there") && Catch::Contains("64 x 64"));
  // 402 and 23 billion multiply-adds forward; attention has no weights, so it costs two thirds of the rest
  CHECK(both.flop > 0.85 * 8000 * 6 * 425e9);
  CHECK(both.flop < 8000 * 6 * 425e9);
  const TrainingScale unet = training_scale(file, {"parts.text_encoder.train=false"}).value();
  CHECK(unet.num_parameters == unet_parameters);
  CHECK(unet.flop < both.flop);
  CHECK(training_scale(file, {"parts.unet.train=false"}).value().num_parameters == text_encoder_parameters);
  CHECK(training_scale(file, {"train.steps=3000"}).value().flop == Approx(3 * both.flop));
}

TEST_CASE("images that are there are counted at their size, and other tasks have no scale") {
  const TempFolder folder;
  write_tiny_dataset(folder / "data", 16); // 8 x 8
  const auto file = folder / "c.yaml";
  write_file_atomically(file, "task: classifier\ndata: {sources: [{dataset: " + (folder / "data").string() + "}]}\n");
  const TrainingScale there = training_scale(file, {}).value();
  CHECK(there.assumption.empty());
  const TrainingScale absent = training_scale(file, {"data.sources.0.dataset=none"}).value();
  CHECK_THAT(absent.assumption, Catch::Contains("64 x 64"));
  CHECK(there.flop < absent.flop / 5);
  CHECK(there.num_parameters == absent.num_parameters);
  CHECK(training_scale(file, {"classifier.num_classes=2"}).value().num_parameters > there.num_parameters);
  write_file_atomically(file, "task: generation\n");
  CHECK_FALSE(training_scale(file, {}));
  CHECK(found_by_training(folder.path()).empty());
}
