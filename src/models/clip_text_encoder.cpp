#include "radforge/models/clip_text_encoder.hpp"

#include "run_block.hpp"

#include "radforge/core/error.hpp"
#include "radforge/nn/attention.hpp"
#include "radforge/nn/layers.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/sigmoid.h>

#include <deque>

namespace radforge {

namespace {

enum class Activation { gelu, quick_gelu };

Activation activation_of(const std::string& name) {
  if (name == "gelu") {
    return Activation::gelu;
  }
  if (name == "quick_gelu") {
    return Activation::quick_gelu;
  }
  throw ConfigError("text encoder: activation '{}' is not known (there are gelu and quick_gelu)", name);
}

/// One pre-norm transformer layer (CLIPEncoderLayer of transformers).
struct EncoderLayer : Layer {
  EncoderLayer(const ParameterScope& scope, const TextEncoderConfig& config)
      : layer_norm1(scope / "layer_norm1", config.hidden_size),
        q_proj(scope / "self_attn" / "q_proj", config.hidden_size, config.hidden_size),
        k_proj(scope / "self_attn" / "k_proj", config.hidden_size, config.hidden_size),
        v_proj(scope / "self_attn" / "v_proj", config.hidden_size, config.hidden_size),
        out_proj(scope / "self_attn" / "out_proj", config.hidden_size, config.hidden_size),
        layer_norm2(scope / "layer_norm2", config.hidden_size),
        fc1(scope / "mlp" / "fc1", config.hidden_size, config.intermediate_size),
        fc2(scope / "mlp" / "fc2", config.intermediate_size, config.hidden_size), heads(config.num_attention_heads),
        activation(activation_of(config.hidden_act)) {}

  at::Tensor operator()(at::Tensor x) const {
    const at::Tensor normed = layer_norm1(x);
    x = x.add(out_proj(attention(q_proj(normed), k_proj(normed), v_proj(normed), {heads, AttentionMask::causal})));
    const at::Tensor h = fc1(layer_norm2(x));
    // quick_gelu: x sigmoid(1.702 x) (Hendrycks and Gimpel 2016)
    return x.add(fc2(activation == Activation::gelu ? at::gelu(h) : h.mul(at::sigmoid(h.mul(1.702)))));
  }

  LayerNorm layer_norm1;
  Linear q_proj;
  Linear k_proj;
  Linear v_proj;
  Linear out_proj;
  LayerNorm layer_norm2;
  Linear fc1;
  Linear fc2;
  std::int64_t heads;
  Activation activation;
};

} // namespace

struct ClipTextEncoder::Blocks {
  Blocks(const TextEncoderConfig& config, const ParameterScope& scope)
      : token_embedding(scope / "embeddings" / "token_embedding", config.vocab_size, config.hidden_size),
        position_embedding(scope / "embeddings" / "position_embedding", config.max_position_embeddings, config.hidden_size),
        final_layer_norm(scope / "final_layer_norm", config.hidden_size) {
    for (std::int64_t i = 0; i < config.num_hidden_layers; ++i) {
      layers.emplace_back(scope / "encoder" / "layers" / static_cast<std::size_t>(i), config);
    }
  }

  Embedding token_embedding;
  Embedding position_embedding;
  std::deque<EncoderLayer> layers;
  LayerNorm final_layer_norm;
};

ClipTextEncoder::ClipTextEncoder(const TextEncoderConfig& config, const ParameterScope& scope, Activations activations)
    : blocks_(std::make_unique<Blocks>(config, scope / "text_model")), activations_(activations) {}

ClipTextEncoder::~ClipTextEncoder() = default;

at::Tensor ClipTextEncoder::forward(const at::Tensor& ids) const {
  const at::Tensor here = ids.to(blocks_->final_layer_norm.weight.device());
  const at::Tensor positions = at::arange(here.size(1), here.options());
  at::Tensor x = blocks_->token_embedding(here).add(blocks_->position_embedding(positions));
  for (const EncoderLayer& layer : blocks_->layers) {
    x = run_block(activations_, layer, x);
  }
  return blocks_->final_layer_norm(x).to(at::kFloat);
}

} // namespace radforge
