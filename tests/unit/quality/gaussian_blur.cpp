#include "radforge/quality/gaussian_blur.hpp"

#include "golden_distances.hpp"
#include "golden_image.hpp"
#include "torch_catch.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>

using namespace radforge;

TEST_CASE("a blur is SciPy's, to the nearest grey level") {
  for (const auto& one : golden_quality().at("blur")) {
    const std::int64_t channels = one.at("channels");
    const double sigma = one.at("sigma");
    CAPTURE(channels, sigma);
    const at::Tensor blurred = gaussian_blur(golden_image(32, channels, 1), sigma);
    const at::Tensor exact = at::tensor(one.at("pixels").get<std::vector<double>>(), at::kDouble).view({1, 32, 32, channels});
    CHECK(blurred.to(at::kDouble).sub(exact).abs().max().item<double>() < 0.5 + 1e-4);
  }
}

TEST_CASE("a blur keeps images apart and what is even") {
  const at::Tensor waves = golden_image(24, 1, 2);
  const at::Tensor grey = at::full({1, 24, 24, 1}, 200, at::kByte);
  const at::Tensor both = gaussian_blur(at::cat({waves, grey}), 2);
  CHECK(at::equal(both.narrow(0, 0, 1), gaussian_blur(waves, 2)));
  CHECK(at::equal(both.narrow(0, 1, 1), grey));
}
