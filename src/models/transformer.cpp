#include "transformer.hpp"

#include "radforge/nn/geglu.hpp"

namespace radforge {

namespace {

using ProjectionLayer = std::variant<std::monostate, Linear, Conv2d>;

void make_projection(ProjectionLayer& layer, const ParameterScope& scope, const SpatialTransformerShape& shape) {
  if (shape.projection == Projection::linear) {
    layer.emplace<Linear>(scope, shape.channels, shape.channels);
  } else {
    layer.emplace<Conv2d>(scope, shape.channels, shape.channels, ConvShape{1, 1, 0});
  }
}

// N x C x H x W to N x HW x C and back.
at::Tensor to_tokens(const at::Tensor& x) { return x.flatten(2).transpose(1, 2); }
at::Tensor to_image(const at::Tensor& tokens, const at::Tensor& like) { return tokens.transpose(1, 2).reshape(like.sizes()); }

} // namespace

CrossAttention::CrossAttention(const ParameterScope& scope, std::int64_t width, std::int64_t context_width,
                               std::int64_t num_heads, Scores scores_in)
    : to_q(scope / "to_q", width, width, Bias::none), to_k(scope / "to_k", context_width, width, Bias::none),
      to_v(scope / "to_v", context_width, width, Bias::none), to_out(scope / "to_out" / 0, width, width), heads(num_heads),
      scores(scores_in) {}

at::Tensor CrossAttention::operator()(const at::Tensor& x, const at::Tensor& context, TextMemory* memory) const {
  const auto project = [this](const at::Tensor& states) { return TextMemory::KeysAndValues(to_k(states), to_v(states)); };
  const auto [keys, values] = memory == nullptr ? project(context) : memory->of(this, context, project);
  return to_out(attention(to_q(x), keys, values, {heads, AttentionMask::none, scores}));
}

TransformerBlock::TransformerBlock(const ParameterScope& scope, std::int64_t width, std::int64_t context_width,
                                   std::int64_t heads, Scores scores)
    : norm1(scope / "norm1", width), attn1(scope / "attn1", width, width, heads, scores), norm2(scope / "norm2", width),
      attn2(scope / "attn2", width, context_width, heads, scores), norm3(scope / "norm3", width),
      ff_in(scope / "ff" / "net" / 0 / "proj", width, 8 * width), ff_out(scope / "ff" / "net" / 2, 4 * width, width) {}

at::Tensor TransformerBlock::operator()(at::Tensor x, const at::Tensor& context, TextMemory* memory) const {
  const at::Tensor h = norm1(x);
  x = x.add(attn1(h, h));
  x = x.add(attn2(norm2(x), context, memory));
  return x.add(ff_out(geglu(ff_in.without_bias(norm3(x)), ff_in.bias)));
}

SpatialTransformer::SpatialTransformer(const ParameterScope& scope, const SpatialTransformerShape& shape)
    : norm(scope / "norm", shape.groups, shape.channels, 1e-6),
      block(scope / "transformer_blocks" / 0, shape.channels, shape.context_width, shape.heads, shape.scores) {
  make_projection(proj_in, scope / "proj_in", shape);
  make_projection(proj_out, scope / "proj_out", shape);
}

at::Tensor SpatialTransformer::operator()(const at::Tensor& x, const at::Tensor& context, TextMemory* memory) const {
  const at::Tensor normed = norm(x);
  if (const Linear* linear = std::get_if<Linear>(&proj_in)) {
    const at::Tensor tokens = block((*linear)(to_tokens(normed)), context, memory);
    return x.add(to_image(std::get<Linear>(proj_out)(tokens), x));
  }
  const at::Tensor tokens = block(to_tokens(std::get<Conv2d>(proj_in)(normed)), context, memory);
  return x.add(std::get<Conv2d>(proj_out)(to_image(tokens, x)));
}

} // namespace radforge
