#include "radforge/nn/activation_checkpoint.hpp"

#include "radforge/nn/layers.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <c10/core/GradMode.h>

using namespace radforge;

TEST_CASE("what is computed again in the backward pass gives the same output and gradients") {
  ParameterSet parameters;
  const Linear first(ParameterScope(parameters, "first."), 8, 8);
  const Linear second(ParameterScope(parameters, "second."), 8, 8);
  parameters.allocate(1);
  int calls = 0;
  const auto block = [&](const std::vector<at::Tensor>& inputs) {
    ++calls;
    return second(inputs[0].mul(inputs[1]).sigmoid()).relu();
  };
  const at::Tensor constant = at::ones({3, 8}).mul(0.5);
  const auto run = [&](bool recomputed) {
    parameters.flat_gradient().zero_();
    const at::Tensor x = at::ones({3, 8}).mul(0.3).set_requires_grad(true);
    const at::Tensor h = first(x);
    const at::Tensor y = recomputed ? recompute_in_backward(block, {h, constant}) : block({h, constant});
    y.square().sum().backward();
    return std::vector{y.detach(), x.grad(), parameters.flat_gradient().clone()};
  };
  const std::vector<at::Tensor> expected = run(false);
  CHECK(expected[2].abs().max().item<float>() > 0);
  calls = 0;
  const std::vector<at::Tensor> found = run(true);
  CHECK(calls == 2);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(at::equal(found[i], expected[i]));
  }

  const c10::NoGradGuard no_grad;
  calls = 0;
  CHECK(at::equal(recompute_in_backward(block, {first(at::ones({3, 8}).mul(0.3)), constant}), expected[0]));
  CHECK(calls == 1);
}
