#include "ldm_text_encoder.hpp"

#include <fmt/core.h>

#include <array>
#include <string>

namespace radforge {

namespace {

constexpr std::int64_t head_width = 64;

constexpr std::array<LdmLayer, 8> clip_layers{{
    LdmLayer::same("layer_norm1"),
    LdmLayer::same("self_attn.q_proj"),
    LdmLayer::same("self_attn.k_proj"),
    LdmLayer::same("self_attn.v_proj"),
    LdmLayer::same("self_attn.out_proj"),
    LdmLayer::same("layer_norm2"),
    LdmLayer::same("mlp.fc1"),
    LdmLayer::same("mlp.fc2"),
}};

// But for attn.in_proj_weight and attn.in_proj_bias, which become three layers.
constexpr std::array<LdmLayer, 5> open_clip_layers{{
    {"ln_1", "layer_norm1"},
    {"attn.out_proj", "self_attn.out_proj"},
    {"ln_2", "layer_norm2"},
    {"mlp.c_fc", "mlp.fc1"},
    {"mlp.c_proj", "mlp.fc2"},
}};

std::string our_layer(std::int64_t index) { return fmt::format("text_model.encoder.layers.{}", index); }

struct Sources {
  std::string tokens;
  std::string positions;
  std::string first_feed_forward;
};

TextEncoderConfig infer_config(const LdmPart& part, const Sources& from) {
  TextEncoderConfig config;
  config.vocab_size = part.size(from.tokens, 0);
  config.hidden_size = part.size(from.tokens, 1);
  config.max_position_embeddings = part.size(from.positions, 0);
  config.intermediate_size = part.size(from.first_feed_forward, 0);
  if (config.hidden_size % head_width != 0) {
    part.fail(fmt::format("the text encoder has the width {} (a multiple of {} was expected)", config.hidden_size, head_width));
  }
  config.num_attention_heads = config.hidden_size / head_width;
  return config;
}

// Query, key and value, stacked in this order along the first dimension.
void move_thirds(LdmPart& part, const std::string& ldm, const std::string& ours, const std::string& kind) {
  const at::Tensor stacked = part.take(ldm);
  if (!stacked.defined()) {
    return;
  }
  if (stacked.dim() == 0 || stacked.size(0) % 3 != 0) {
    part.fail(fmt::format("'{}' cannot be split in query, key and value (its first dimension is no multiple of 3)",
                          part.name_in_file(ldm)));
  }
  const std::int64_t third = stacked.size(0) / 3;
  part.put(ours + ".q_proj." + kind, stacked.narrow(0, 0, third));
  part.put(ours + ".k_proj." + kind, stacked.narrow(0, third, third));
  part.put(ours + ".v_proj." + kind, stacked.narrow(0, 2 * third, third));
}

} // namespace

TextEncoderConfig read_ldm_clip(LdmPart& part) {
  const std::string root = part.has("embeddings.token_embedding.weight") ? "" : "text_model.";
  TextEncoderConfig config =
      infer_config(part, {root + "embeddings.token_embedding.weight", root + "embeddings.position_embedding.weight",
                          root + "encoder.layers.0.mlp.fc1.weight"});
  config.hidden_act = "quick_gelu";
  config.num_hidden_layers = part.count(root + "encoder.layers.", ".mlp.fc1.weight");

  part.drop(root + "embeddings.position_ids");
  part.move(root + "embeddings.token_embedding", "text_model.embeddings.token_embedding");
  part.move(root + "embeddings.position_embedding", "text_model.embeddings.position_embedding");
  for (std::int64_t i = 0; i < config.num_hidden_layers; ++i) {
    part.move_block(fmt::format("{}encoder.layers.{}", root, i), our_layer(i), clip_layers);
  }
  part.move(root + "final_layer_norm", "text_model.final_layer_norm");
  return config;
}

TextEncoderConfig read_ldm_open_clip(LdmPart& part) {
  TextEncoderConfig config =
      infer_config(part, {"token_embedding.weight", "positional_embedding", "transformer.resblocks.0.mlp.c_fc.weight"});
  config.hidden_act = "gelu";
  config.num_hidden_layers = part.count("transformer.resblocks.", ".mlp.c_fc.weight") - 1;

  part.drop("text_projection");
  part.drop("logit_scale");
  part.drop_under(fmt::format("transformer.resblocks.{}.", config.num_hidden_layers));
  part.move("token_embedding", "text_model.embeddings.token_embedding");
  part.put("text_model.embeddings.position_embedding.weight", part.take("positional_embedding"));
  for (std::int64_t i = 0; i < config.num_hidden_layers; ++i) {
    const std::string ldm = fmt::format("transformer.resblocks.{}", i);
    part.move_block(ldm, our_layer(i), open_clip_layers);
    move_thirds(part, ldm + ".attn.in_proj_weight", our_layer(i) + ".self_attn", "weight");
    move_thirds(part, ldm + ".attn.in_proj_bias", our_layer(i) + ".self_attn", "bias");
  }
  part.move("ln_final", "text_model.final_layer_norm");
  return config;
}

} // namespace radforge
