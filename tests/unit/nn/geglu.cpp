#include "radforge/nn/geglu.hpp"

#include "gradients_of.hpp"
#include "random_tensor.hpp"
#include "thread_count.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

using namespace radforge;

namespace {

at::Tensor fused(const Inputs& in) { return geglu(in[0], in[1]); }
at::Tensor plain(const Inputs& in) { return reference_geglu(in[0], in[1]); }

} // namespace

TEST_CASE("GEGLU is ATen's in double precision with its gradient") {
  const std::int64_t width = GENERATE(1, 7, 16, 100, 512);
  const std::int64_t rows = GENERATE(1, 37);
  const Inputs inputs{random_tensor(1, {2, rows, 2 * width}).mul(2), random_tensor(3, {2 * width})};
  const at::Tensor dy = random_tensor(2, {2, rows, width});
  const auto exact = output_and_gradients(plain, inputs, dy, at::kDouble);
  CHECK(worst_difference(output_and_gradients(fused, inputs, dy, at::kFloat), exact) < 1e-6);
  const Inputs rounded{inputs[0].to(at::kBFloat16), inputs[1].to(at::kBFloat16)};
  const auto of_rounded = output_and_gradients(plain, rounded, dy.to(at::kBFloat16), at::kDouble);
  CHECK(worst_difference(output_and_gradients(fused, rounded, dy.to(at::kBFloat16), at::kBFloat16), of_rounded) < 1e-2);
}

TEST_CASE("GEGLU's gate holds in its tails") {
  const at::Tensor gates = at::linspace(-20, 20, 4001, at::kFloat);
  const Inputs inputs{at::stack({at::ones_like(gates), gates}, 1), at::zeros({2}, at::kFloat)};
  const at::Tensor dy = at::ones_like(gates).unsqueeze(1);
  const auto exact = output_and_gradients(plain, inputs, dy, at::kDouble);
  const auto ours = output_and_gradients(fused, inputs, dy, at::kFloat);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    CHECK(ours[i].sub(exact[i]).abs().div(exact[i].abs().add(1)).max().item<double>() < 1e-6);
  }
}

TEST_CASE("GEGLU gives the same bits on one thread and on two") {
  const ThreadCount restored;
  const Inputs inputs{random_tensor(1, {3, 41, 2 * 100}), random_tensor(3, {2 * 100})};
  const at::Tensor dy = random_tensor(2, {3, 41, 100});
  restored.set(1);
  const auto one = output_and_gradients(fused, inputs, dy, at::kFloat);
  restored.set(2);
  const auto two = output_and_gradients(fused, inputs, dy, at::kFloat);
  CHECK(at::equal(one[0], two[0]));
  CHECK(at::equal(one[1], two[1]));
  CHECK(at::equal(one[2], two[2]));
}
