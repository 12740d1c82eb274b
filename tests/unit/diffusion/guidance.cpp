#include "radforge/diffusion/guidance.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

using namespace radforge;

TEST_CASE("guidance extrapolates from the empty prompt's prediction in one call of the model") {
  int calls = 0;
  const ConditionalDenoiser model = [&](const at::Tensor& x, const at::Tensor& timesteps, const at::Tensor& context) {
    ++calls;
    REQUIRE(timesteps.size(0) == x.size(0));
    return x.add(context.mean({1, 2}).view({-1, 1, 1, 1}));
  };
  const at::Tensor x = at::zeros({2, 1, 2, 2});
  const at::Tensor context = at::full({2, 3, 4}, 2.0);
  const at::Tensor empty = at::ones({2, 3, 4});
  CHECK(at::equal(with_guidance(model, context, empty, 3.0)(x, 10), at::full({2, 1, 2, 2}, 1.0 + 3.0 * (2.0 - 1.0))));
  CHECK(calls == 1);
  CHECK(at::equal(with_guidance(model, context, empty, 1.0)(x, 10), at::full({2, 1, 2, 2}, 2.0)));
  CHECK(calls == 2);
}
