#include "radforge/quality/ms_ssim.hpp"

#include "radforge/core/error.hpp"

#include "golden_distances.hpp"
#include "golden_image.hpp"
#include "torch_catch.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

using namespace radforge;

TEST_CASE("MS-SSIM is that of torchmetrics, at each number of scales") {
  for (const auto& one : golden_quality().at("ms_ssim")) {
    const std::int64_t side = one.at("side");
    const std::int64_t channels = one.at("channels");
    INFO(one.dump());
    const at::Tensor found = ms_ssim(golden_image(side, channels, one.at("a")), golden_image(side, channels, one.at("b")));
    CHECK(found.item<double>() == Approx(one.at("ms_ssim").get<double>()).epsilon(1e-6));
  }
}

TEST_CASE("scales are those whose side holds the window") {
  CHECK(ms_ssim_scales(10) == 0);
  CHECK(ms_ssim_scales(11) == 1);
  CHECK(ms_ssim_scales(64) == 3);
  CHECK(ms_ssim_scales(175) == 4);
  CHECK(ms_ssim_scales(176) == 5);
  CHECK(ms_ssim_scales(1024) == 5);
  CHECK_THROWS_AS(ms_ssim(golden_image(10, 1, 0), golden_image(10, 1, 1)), DataError);
}

TEST_CASE("a pair's value does not depend on the pairs beside it") {
  const at::Tensor a = at::cat({golden_image(64, 3, 0), golden_image(64, 3, 1)});
  const at::Tensor b = at::cat({golden_image(64, 3, 4), golden_image(64, 3, 3)});
  CHECK(ms_ssim(a, b)[1].item<double>() == ms_ssim(golden_image(64, 3, 1), golden_image(64, 3, 3)).item<double>());
}
