#include "radforge/nn/attention.hpp"

#include "gradients_of.hpp"
#include "random_tensor.hpp"
#include "thread_count.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <limits>

using namespace radforge;

namespace {

struct Case {
  std::int64_t samples, queries, keys, heads, width;
};

Inputs inputs_of(const Case& c) {
  return {random_tensor(1, {c.samples, c.queries, c.heads * c.width}).mul(2),
          random_tensor(2, {c.samples, c.keys, c.heads * c.width}), random_tensor(3, {c.samples, c.keys, c.heads * c.width})};
}

at::Tensor gradient_of(const Case& c) { return random_tensor(4, {c.samples, c.queries, c.heads * c.width}); }

auto fused(const AttentionOptions& options) {
  return [options](const Inputs& in) { return attention(in[0], in[1], in[2], options); };
}

auto plain(const AttentionOptions& options) {
  return [options](const Inputs& in) { return reference_attention(in[0], in[1], in[2], options); };
}

void check(const Case& c, AttentionMask mask) {
  INFO(c.queries << " queries, " << c.keys << " keys, " << c.heads << " heads of " << c.width);
  const AttentionOptions options{c.heads, mask};
  const Inputs inputs = inputs_of(c);
  const auto exact = output_and_gradients(plain(options), inputs, gradient_of(c), at::kDouble);
  CHECK(worst_difference(output_and_gradients(fused(options), inputs, gradient_of(c), at::kFloat), exact) < 1e-5);
  Inputs rounded;
  for (const at::Tensor& input : inputs) {
    rounded.push_back(input.to(at::kBFloat16));
  }
  const at::Tensor dy = gradient_of(c).to(at::kBFloat16);
  const auto of_rounded = output_and_gradients(plain(options), rounded, dy, at::kDouble);
  CHECK(worst_difference(output_and_gradients(fused(options), rounded, dy, at::kBFloat16), of_rounded) < 2e-2);
}

} // namespace

TEST_CASE("attention is ATen's in double precision with its gradients") {
  check(GENERATE(Case{2, 64, 64, 2, 8}, Case{1, 256, 77, 1, 32}, Case{1, 1, 1, 1, 1}, Case{2, 50, 13, 3, 5},
                 Case{1, 100, 100, 1, 64}, Case{2, 16, 77, 2, 40}, Case{1, 53, 61, 1, 128}),
        AttentionMask::none);
}

TEST_CASE("causal attention is ATen's in double precision with its gradients") {
  check(GENERATE(Case{2, 77, 77, 4, 32}, Case{1, 6, 6, 2, 4}, Case{1, 130, 130, 1, 20}), AttentionMask::causal);
}

TEST_CASE("the reference of attention is ATen's own with and without a mask") {
  const bool causal = GENERATE(false, true);
  const Case c{2, 6, 6, 2, 4};
  const Inputs in = inputs_of(c);
  const auto heads = [](const at::Tensor& x) { return x.view({2, 6, 2, 4}).transpose(1, 2); };
  const at::Tensor expected = at::scaled_dot_product_attention(heads(in[0]), heads(in[1]), heads(in[2]), {}, 0.0, causal)
                                  .transpose(1, 2)
                                  .reshape({2, 6, 8});
  const AttentionOptions options{2, causal ? AttentionMask::causal : AttentionMask::none};
  CHECK(reference_attention(in[0], in[1], in[2], options).sub(expected).abs().max().item<float>() < 1e-6F);
}

TEST_CASE("attention gives the same bits on one thread and on two, and for a sample alone") {
  const ThreadCount restored;
  const Case c{3, 70, 77, 3, 16};
  const AttentionOptions options{c.heads};
  restored.set(1);
  const auto one = output_and_gradients(fused(options), inputs_of(c), gradient_of(c), at::kFloat);
  restored.set(2);
  const auto two = output_and_gradients(fused(options), inputs_of(c), gradient_of(c), at::kFloat);
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(at::equal(one[i], two[i]));
  }
  const Inputs all = inputs_of(c);
  const at::Tensor last = attention(all[0].narrow(0, 2, 1), all[1].narrow(0, 2, 1), all[2].narrow(0, 2, 1), options);
  CHECK(at::equal(last[0].to(at::kDouble), one[0][2]));
}

TEST_CASE("attention reads slices of wider rows") {
  const Case c{2, 20, 20, 2, 8};
  const Inputs in = inputs_of(c);
  const std::vector<at::Tensor> slices = at::cat({in[0], in[1], in[2]}, -1).chunk(3, -1);
  CHECK(at::equal(attention(slices[0], slices[1], slices[2], {c.heads}), attention(in[0], in[1], in[2], {c.heads})));
}

TEST_CASE("attention stays finite where scores are large and lets what is not a number through") {
  const Case c{1, 20, 20, 1, 8};
  const Inputs in = inputs_of(c);
  CHECK(attention(in[0].mul(1e4), in[1].mul(1e4), in[2], {c.heads}).isfinite().all().item<bool>());
  in[0][0][3][0] = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor y = attention(in[0], in[1], in[2], {c.heads});
  CHECK(y[0][3].isnan().all().item<bool>());
  CHECK_FALSE(y[0][4].isnan().any().item<bool>());
}
