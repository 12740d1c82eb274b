#include "radforge/models/ldm_checkpoint.hpp"

#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/clip_text_encoder.hpp"
#include "radforge/models/unet.hpp"

#include "ldm_golden.hpp"

#include <fmt/ranges.h>

using namespace radforge;

namespace {

using Configuration = std::map<std::string, std::string>;

template <class List>
std::string words(const List& list) {
  return fmt::format("{}", fmt::join(list, " "));
}

Configuration configuration_of(const LdmCheckpoint& checkpoint) {
  const UNetConfig& unet = checkpoint.unet_config;
  const AutoencoderConfig& vae = checkpoint.autoencoder_config;
  const TextEncoderConfig& text = checkpoint.text_encoder_config;
  return {
      {"unet.in_channels", std::to_string(unet.in_channels)},
      {"unet.out_channels", std::to_string(unet.out_channels)},
      {"unet.down_block_types", words(unet.down_block_types)},
      {"unet.up_block_types", words(unet.up_block_types)},
      {"unet.block_out_channels", words(unet.block_out_channels)},
      {"unet.layers_per_block", std::to_string(unet.layers_per_block)},
      {"unet.attention_head_dim", words(unet.num_attention_heads)},
      {"unet.cross_attention_dim", std::to_string(unet.cross_attention_dim)},
      {"unet.norm_num_groups", std::to_string(unet.norm_num_groups)},
      {"unet.use_linear_projection", fmt::format("{}", unet.use_linear_projection)},
      {"vae.in_channels", std::to_string(vae.in_channels)},
      {"vae.latent_channels", std::to_string(vae.latent_channels)},
      {"vae.block_out_channels", words(vae.block_out_channels)},
      {"vae.layers_per_block", std::to_string(vae.layers_per_block)},
      {"vae.norm_num_groups", std::to_string(vae.norm_num_groups)},
      {"vae.mid_block_add_attention", fmt::format("{}", vae.mid_block_add_attention)},
      {"vae.scaling_factor", fmt::format("{}", vae.scaling_factor)},
      {"text_encoder.vocab_size", std::to_string(text.vocab_size)},
      {"text_encoder.hidden_size", std::to_string(text.hidden_size)},
      {"text_encoder.intermediate_size", std::to_string(text.intermediate_size)},
      {"text_encoder.num_hidden_layers", std::to_string(text.num_hidden_layers)},
      {"text_encoder.num_attention_heads", std::to_string(text.num_attention_heads)},
      {"text_encoder.max_position_embeddings", std::to_string(text.max_position_embeddings)},
      {"text_encoder.hidden_act", text.hidden_act},
  };
}

// The tensors have the golden names and shapes, and each element its golden value.
void check_tiny(const StateDict& ours, const std::vector<LdmGolden::Piece>& golden) {
  CHECK(ours.size() == golden.size());
  for (const LdmGolden::Piece& piece : golden) {
    INFO(piece.name);
    REQUIRE(ours.contains(piece.name));
    const at::Tensor& tensor = ours.at(piece.name);
    CHECK(tensor.sizes().vec() == piece.shape);
    const at::Tensor expected = at::arange(tensor.numel(), at::kFloat).add(piece.first_value);
    CHECK(tensor.flatten().equal(expected));
  }
}

// The same without the memory of a full-sized model: the storage holds the number of the LDM tensor.
void check_full(const StateDict& ours, const std::vector<LdmGolden::Piece>& golden) {
  CHECK(ours.size() == golden.size());
  for (const LdmGolden::Piece& piece : golden) {
    INFO(piece.name);
    REQUIRE(ours.contains(piece.name));
    CHECK(ours.at(piece.name).sizes().vec() == piece.shape);
    CHECK(*ours.at(piece.name).const_data_ptr<float>() == piece.first_value);
  }
}

// Registers the model without memory for its weights; returns its number of parameters.
template <class Model, class Config>
std::int64_t check_registered(const Config& config, const StateDict& weights) {
  ParameterSet parameters;
  const Model model(config, ParameterScope(parameters));
  CHECK(parameters.entries().size() == weights.size());
  for (const ParameterSet::Entry& entry : parameters.entries()) {
    INFO(entry.name);
    REQUIRE(weights.contains(entry.name));
    CHECK(weights.at(entry.name).sizes().vec() == entry.shape);
  }
  return parameters.num_parameters();
}

template <class Model, class Config>
void check_loads(const Config& config, const StateDict& weights) {
  ParameterSet parameters;
  const Model model(config, ParameterScope(parameters));
  parameters.allocate(1);
  CHECK_NOTHROW(parameters.load(parameters.flat(), weights));
}

} // namespace

TEST_CASE("A tiny LDM checkpoint is read as diffusers converts it") {
  const std::string name = GENERATE("tiny_sd1", "tiny_sd2");
  const LdmGolden golden = read_ldm_golden(name);
  const LdmCheckpoint checkpoint = read_ldm_checkpoint(golden.tensors, name);
  CHECK(configuration_of(checkpoint) == read_ldm_configuration(name));
  check_tiny(checkpoint.unet, golden.of("unet"));
  check_tiny(checkpoint.autoencoder, golden.of("autoencoder"));
  check_tiny(checkpoint.text_encoder, golden.of("text encoder"));

  check_loads<UNet>(checkpoint.unet_config, checkpoint.unet);
  check_loads<AutoencoderKL>(checkpoint.autoencoder_config, checkpoint.autoencoder);
  check_loads<ClipTextEncoder>(checkpoint.text_encoder_config, checkpoint.text_encoder);
}

TEST_CASE("A full-sized LDM checkpoint is read as diffusers converts it") {
  const bool second = GENERATE(false, true);
  const std::string name = second ? "full_sd2" : "full_sd1";
  const LdmGolden golden = read_ldm_golden(name);
  const LdmCheckpoint checkpoint = read_ldm_checkpoint(golden.tensors, name);
  CHECK(configuration_of(checkpoint) == read_ldm_configuration(name));
  check_full(checkpoint.unet, golden.of("unet"));
  check_full(checkpoint.autoencoder, golden.of("autoencoder"));
  check_full(checkpoint.text_encoder, golden.of("text encoder"));

  // The sizes of the published files.
  CHECK(check_registered<UNet>(checkpoint.unet_config, checkpoint.unet) == (second ? 865910724 : 859520964));
  CHECK(check_registered<AutoencoderKL>(checkpoint.autoencoder_config, checkpoint.autoencoder) == 83653863);
  CHECK(check_registered<ClipTextEncoder>(checkpoint.text_encoder_config, checkpoint.text_encoder) ==
        (second ? 340387840 : 123060480));
}

TEST_CASE("The averaged weights of an LDM checkpoint are read when asked for") {
  const LdmGolden golden = read_ldm_golden("tiny_sd1");
  const LdmCheckpoint averaged = read_ldm_checkpoint(golden.tensors, "tiny_sd1", LdmWeights::averaged);
  check_tiny(averaged.unet, golden.of("averaged unet"));
  check_tiny(averaged.autoencoder, golden.of("autoencoder"));
}

TEST_CASE("An LDM checkpoint without averaged weights is read either way") {
  const LdmGolden golden = read_ldm_golden("tiny_sd2");
  check_tiny(read_ldm_checkpoint(golden.tensors, "tiny_sd2", LdmWeights::averaged).unet, golden.of("unet"));
}

TEST_CASE("What an LDM checkpoint does not say is left to the caller") {
  LdmGolden golden = read_ldm_golden("tiny_sd1");
  const LdmCheckpoint checkpoint = read_ldm_checkpoint(golden.tensors, "tiny_sd1");
  CHECK(checkpoint.unet_config.sample_size == 0);
  CHECK(checkpoint.autoencoder_config.sample_size == 0);

  golden.tensors["scale_factor"] = at::full({}, 0.25, at::kFloat);
  CHECK(read_ldm_checkpoint(golden.tensors, "scaled").autoencoder_config.scaling_factor == 0.25);
}

TEST_CASE("Tensors of an LDM checkpoint keep their type") {
  const at::ScalarType type = GENERATE(at::kHalf, at::kBFloat16);
  const std::string name = GENERATE("tiny_sd1", "tiny_sd2");
  LdmGolden golden = read_ldm_golden(name);
  for (auto& [key, tensor] : golden.tensors) {
    tensor = tensor.to(type);
  }
  const LdmCheckpoint checkpoint = read_ldm_checkpoint(golden.tensors, name);
  for (const StateDict* part : {&checkpoint.unet, &checkpoint.autoencoder, &checkpoint.text_encoder}) {
    for (const auto& [key, tensor] : *part) {
      INFO(key);
      CHECK(tensor.scalar_type() == type);
    }
  }
}

TEST_CASE("An LDM text encoder is read without text_model in its names") {
  const LdmGolden golden = read_ldm_golden("tiny_sd1");
  const std::string infix = "transformer.text_model.";
  StateDict renamed;
  for (const auto& [name, tensor] : golden.tensors) {
    const std::size_t place = name.find(infix);
    renamed[place == std::string::npos ? name : name.substr(0, place) + "transformer." + name.substr(place + infix.size())] =
        tensor;
  }
  REQUIRE(renamed.contains("cond_stage_model.transformer.final_layer_norm.weight"));
  check_tiny(read_ldm_checkpoint(renamed, "tiny_sd1").text_encoder, golden.of("text encoder"));
}

TEST_CASE("An LDM autoencoder is read without attention in its middle") {
  LdmGolden golden = read_ldm_golden("tiny_sd1");
  std::erase_if(golden.tensors, [](const auto& entry) { return entry.first.find(".mid.attn_1.") != std::string::npos; });
  const LdmCheckpoint checkpoint = read_ldm_checkpoint(golden.tensors, "tiny_sd1");
  CHECK_FALSE(checkpoint.autoencoder_config.mid_block_add_attention);
  check_loads<AutoencoderKL>(checkpoint.autoencoder_config, checkpoint.autoencoder);
}
