#include "../../../src/nn/fused_attention.hpp"

#include "radforge/nn/attention.hpp"

#include "gpu.hpp"
#include "gradients_of.hpp"
#include "random_tensor.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>

#include <algorithm>

using namespace radforge;

namespace {

Inputs inputs() { return {random_tensor(1, {2, 40, 96}), random_tensor(2, {2, 40, 96}), random_tensor(3, {2, 40, 96})}; }

auto by(at::Tensor (*function)(const at::Tensor&, const at::Tensor&, const at::Tensor&, const AttentionOptions&),
        const AttentionOptions& options) {
  return [=](const Inputs& in) { return function(in[0], in[1], in[2], options); };
}

} // namespace

TEST_CASE("ATen's fused attention is the reference with its gradients, masked or not") {
  const AttentionOptions options{3, GENERATE(AttentionMask::none, AttentionMask::causal)};
  const at::Tensor dy = random_tensor(4, {2, 40, 96});
  CHECK(worst_difference(output_and_gradients(by(fused_attention, options), inputs(), dy, at::kFloat),
                         output_and_gradients(by(reference_attention, options), inputs(), dy, at::kDouble)) < 1e-5);
}

TEST_CASE("ATen's fused attention reads slices of wider rows and other numbers of keys") {
  const Inputs in = inputs();
  const std::vector<at::Tensor> slices = at::cat({in[0], in[1], in[2]}, -1).chunk(3, -1);
  const at::Tensor expected = fused_attention(in[0], in[1], in[2], {3});
  CHECK(at::equal(fused_attention(slices[0], slices[1], slices[2], {3}), expected));
  const at::Tensor of_few = fused_attention(in[0], in[1].narrow(1, 0, 7), in[2].narrow(1, 0, 7), {3});
  CHECK(worst_difference({of_few}, {reference_attention(in[0], in[1].narrow(1, 0, 7), in[2].narrow(1, 0, 7), {3})}) < 1e-5);
}

TEST_CASE("attention on a GPU is that of the CPU", "[gpu]") {
  if (has_gpu()) {
    const AttentionOptions options{3, GENERATE(AttentionMask::none, AttentionMask::causal),
                                   GENERATE(Scores::as_weights, Scores::fp32)};
    const auto type = GENERATE(at::kFloat, at::kBFloat16);
    const at::Tensor dy = random_tensor(4, {2, 40, 96});
    Inputs on_gpu = inputs();
    std::ranges::transform(on_gpu, on_gpu.begin(), [](const at::Tensor& x) { return x.cuda(); });
    std::vector<at::Tensor> found = output_and_gradients(by(attention, options), on_gpu, dy.cuda(), type);
    std::ranges::transform(found, found.begin(), [](const at::Tensor& x) { return x.cpu(); });
    CHECK(worst_difference(found, output_and_gradients(by(attention, options), inputs(), dy, type)) <
          (type == at::kFloat ? 1e-4 : 3e-2));
  }
}
