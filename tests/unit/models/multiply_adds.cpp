#include "radforge/models/multiply_adds.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/pipeline_folder.hpp"

#include "golden.hpp"

using namespace radforge;

namespace {

std::filesystem::path published(const char* name) { return std::filesystem::path(RADFORGE_GOLDEN_DIR) / "models" / name; }

// Every count is a whole number below 2^53: equal to the last one.
void check_equal(const MultiplyAdds& ours, const std::string& name) {
  INFO(name);
  const at::Tensor golden = read_golden("models/multiply_adds").at(name);
  REQUIRE(golden.numel() == 5);
  const auto* counts = golden.const_data_ptr<std::int64_t>();
  CHECK(ours.conv3x3 == static_cast<double>(counts[0]));
  CHECK(ours.linear == static_cast<double>(counts[1]));
  CHECK(ours.conv1x1 == static_cast<double>(counts[2]));
  CHECK(ours.self_attention == static_cast<double>(counts[3]));
  CHECK(ours.cross_attention == static_cast<double>(counts[4]));
}

const UNetConfig small_unet{.in_channels = 3,
                            .out_channels = 5,
                            .down_block_types = {"CrossAttnDownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"},
                            .up_block_types = {"UpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"},
                            .block_out_channels = {32, 48, 80},
                            .layers_per_block = 1,
                            .num_attention_heads = {2, 4, 8},
                            .cross_attention_dim = 24,
                            .norm_num_groups = 16,
                            .use_linear_projection = false};
const AutoencoderConfig small_autoencoder{.in_channels = 1, .latent_channels = 3, .block_out_channels = {16, 24, 40}};

} // namespace

TEST_CASE("multiply-adds of published models are those that torch counts in diffusers") {
  const std::string name = GENERATE("sd21_base", "sd15");
  const std::filesystem::path folder = published(name.c_str());
  const UNetConfig unet = read_unet_config(folder);
  const AutoencoderConfig autoencoder = read_autoencoder_config(folder);
  check_equal(unet_multiply_adds(unet, 64, 64, 77), name + ".unet");
  check_equal(encode_multiply_adds(autoencoder, 512, 512), name + ".encode");
  check_equal(decode_multiply_adds(autoencoder, 512, 512), name + ".decode");
  check_equal(text_encoder_multiply_adds(read_text_encoder_config(folder), 77), name + ".text_encoder");
}

TEST_CASE("multiply-adds follow the sizes and the blocks of a model") {
  check_equal(unet_multiply_adds(read_unet_config(published("sd21_base")), 96, 64, 40), "sd21_base.unet_wide");
  check_equal(unet_multiply_adds(small_unet, 8, 12, 5), "small.unet");
  check_equal(encode_multiply_adds(small_autoencoder, 16, 24), "small.encode");
  check_equal(decode_multiply_adds(small_autoencoder, 16, 24), "small.decode");
}

TEST_CASE("multiply-adds of Stable Diffusion 2.1 are the known ones") {
  // In units of 1e9, from the published configurations by hand; T-GATE's table (Zhang et al. 2024) gives 338.8 for the UNet
  // without the products of attention.
  const std::filesystem::path folder = published("sd21_base");
  const MultiplyAdds unet = unet_multiply_adds(read_unet_config(folder), 64, 64, 77);
  const AutoencoderConfig autoencoder = read_autoencoder_config(folder);
  const MultiplyAdds text = text_encoder_multiply_adds(read_text_encoder_config(folder), 77);
  const MultiplyAdds encode = encode_multiply_adds(autoencoder, 512, 512);
  CHECK(unet.total() / 1e9 == Approx(402.1).margin(0.06));
  CHECK(unet.flop() / 1e12 == Approx(0.8043).margin(6e-5));
  CHECK(unet.conv3x3 / 1e9 == Approx(200.2).margin(0.06));
  CHECK(unet.linear / 1e9 == Approx(129.9).margin(0.06));
  CHECK(unet.self_attention / 1e9 == Approx(61.3).margin(0.06));
  CHECK(unet.conv1x1 / 1e9 == Approx(9.0).margin(0.06));
  CHECK(unet.cross_attention / 1e9 == Approx(1.8).margin(0.06));
  CHECK((unet.conv3x3 + unet.linear + unet.conv1x1) / 1e9 == Approx(339.1).margin(0.06));
  CHECK(encode.total() / 1e9 == Approx(558.3).margin(0.06));
  CHECK(decode_multiply_adds(autoencoder, 512, 512).total() / 1e9 == Approx(1257.3).margin(0.06));
  CHECK(text.total() / 1e9 == Approx(22.56).margin(0.006));

  // UNet and text encoder trained, images encoded on the way: 3.665 TFLOP an image.
  const MultiplyAdds step = training_multiply_adds(unet, PartUse::trained) + training_multiply_adds(text, PartUse::trained) +
                            training_multiply_adds(encode, PartUse::forward);
  CHECK(step.flop() / 1e12 == Approx(3.665).margin(6e-4));
}

TEST_CASE("a training step adds gradients of inputs and of weights where there are any") {
  const MultiplyAdds forward{1, 2, 4, 8, 16};
  CHECK(training_multiply_adds(forward, PartUse::forward) == forward);
  CHECK(training_multiply_adds(forward, PartUse::trained) == MultiplyAdds{3, 6, 12, 24, 48});
  CHECK(training_multiply_adds(forward, PartUse::passes_through) == MultiplyAdds{2, 4, 8, 24, 48});
  CHECK(training_multiply_adds(forward, PartUse::trained, Activations::computed_again) == MultiplyAdds{4, 8, 16, 32, 64});
  CHECK(training_multiply_adds(forward, PartUse::passes_through, Activations::computed_again) == MultiplyAdds{3, 6, 12, 32, 64});
  CHECK(training_multiply_adds(forward, PartUse::forward, Activations::computed_again) == forward);
}

TEST_CASE("a vocabulary that is not known yet does not keep a text encoder from being counted") {
  TextEncoderConfig config;
  config.vocab_size = 0;
  const MultiplyAdds unknown = text_encoder_multiply_adds(config, 32);
  config.vocab_size = 49408;
  CHECK(unknown == text_encoder_multiply_adds(config, 32));
  CHECK(unknown.total() > 0);
}

TEST_CASE("sizes that a model cannot halve are refused with the number that divides them") {
  CHECK_THROWS_WITH(unet_multiply_adds(small_unet, 8, 10, 5), Catch::Contains("8 x 10") && Catch::Contains("divides by 4"));
  CHECK_THROWS_AS(unet_multiply_adds(small_unet, 0, 8, 5), ConfigError);
  CHECK_THROWS_AS(encode_multiply_adds(small_autoencoder, 18, 16), ConfigError);
  UNetConfig unknown = small_unet;
  unknown.up_block_types.back() = "AttnUpBlock2D";
  CHECK_THROWS_AS(unet_multiply_adds(unknown, 8, 8, 5), ConfigError);
}

TEST_CASE("classifiers are counted as torchvision counts its own") {
  // GMAC of torchvision's table of weights, which names them GFLOPS, at 224 x 224 and two decimals
  const auto [architecture, gmac] =
      GENERATE(table<std::string, double>({{"resnet18", 1.81}, {"resnet34", 3.66}, {"resnet50", 4.09}, {"densenet121", 2.83}}));
  const ClassifierConfig config{.architecture = architecture, .in_channels = 3, .num_classes = 1000};
  CHECK(classifier_multiply_adds(config, 224, 224).total() / 1e9 == Approx(gmac).margin(0.006));
}
