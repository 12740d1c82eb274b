#include "radforge/nn/attention.hpp"

#include "radforge/nn/keyed_random.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/softmax.h>

#include <limits>

using namespace radforge;

namespace {

at::Tensor random(std::uint64_t id, std::vector<std::int64_t> shape) {
  const std::int64_t rows = shape.front();
  shape.erase(shape.begin());
  std::vector<RandomKey> keys;
  for (std::int64_t i = 0; i < rows; ++i) {
    keys.push_back({1, Stream::noise, id * 100 + static_cast<std::uint64_t>(i), 0});
  }
  return keyed_normals(keys, shape);
}

} // namespace

TEST_CASE("attention agrees with ATen's own, with and without a mask") {
  const bool causal = GENERATE(false, true);
  const at::Tensor q = random(1, {2, 6, 8});
  const at::Tensor k = random(2, {2, 6, 8});
  const at::Tensor v = random(3, {2, 6, 8});
  const auto heads = [](const at::Tensor& x) { return x.view({2, 6, 2, 4}).transpose(1, 2); };
  const at::Tensor expected =
      at::scaled_dot_product_attention(heads(q), heads(k), heads(v), {}, 0.0, causal).transpose(1, 2).reshape({2, 6, 8});
  const at::Tensor mask = causal ? at::full({6, 6}, -std::numeric_limits<float>::infinity(), at::kFloat).triu(1) : at::Tensor();
  CHECK(attention(q, k, v, 2, mask).sub(expected).abs().max().item<float>() < 1e-6F);
}
