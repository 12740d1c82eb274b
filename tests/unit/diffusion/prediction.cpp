#include "radforge/diffusion/prediction.hpp"

#include "radforge/core/error.hpp"

#include "golden.hpp"

#include <ATen/ops/full.h>

using namespace radforge;

TEST_CASE("each kind of prediction tells the clean sample and the noise apart") {
  const NoiseLevel level{.timestep = 10, .alpha = 0.6, .sigma = 0.8};
  const at::Tensor clean = at::full({2, 3}, 5.0);
  const at::Tensor noise = at::full({2, 3}, -2.0);
  const at::Tensor x = clean.mul(level.alpha).add(noise, level.sigma);
  const auto check = [&](const char* name, const at::Tensor& predicted) {
    INFO(name);
    const Estimate estimate = estimate_of(prediction_of(name), level, x, predicted);
    CHECK(relative_difference(estimate.clean, clean) < 1e-6);
    CHECK(relative_difference(estimate.noise, noise) < 1e-6);
  };
  check("epsilon", noise);
  check("v_prediction", noise.mul(level.alpha).sub(clean, level.sigma));
  check("sample", clean);
}

TEST_CASE("an unknown prediction type is refused") { CHECK_THROWS_AS(prediction_of("score"), ConfigError); }
