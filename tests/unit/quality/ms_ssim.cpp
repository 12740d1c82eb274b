#include "radforge/quality/ms_ssim.hpp"

#include "radforge/core/error.hpp"

#include "golden_distances.hpp"
#include "torch_catch.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

using namespace radforge;

namespace {

/// As tools/golden/quality_distances.py makes it.
at::Tensor image(std::int64_t side, std::int64_t channels, std::int64_t number) {
  at::Tensor bytes = at::zeros({1, side, side, channels}, at::kByte);
  auto* out = bytes.mutable_data_ptr<std::uint8_t>();
  for (std::int64_t y = 0; y < side; ++y) {
    for (std::int64_t x = 0; x < side; ++x) {
      for (std::int64_t c = 0; c < channels; ++c) {
        const std::int64_t wave = (x * x / 37 + 2 * y) % 128;
        const std::int64_t grid = (x / 9 + y / 7 + c) % 2;
        const std::int64_t grain = (7 * x + 13 * y + number * x * y) % 32;
        *out++ = static_cast<std::uint8_t>(wave + (15 + 8 * number) * grid + grain);
      }
    }
  }
  return bytes;
}

} // namespace

TEST_CASE("MS-SSIM is that of torchmetrics, at each number of scales") {
  for (const auto& one : golden_quality().at("ms_ssim")) {
    const std::int64_t side = one.at("side");
    const std::int64_t channels = one.at("channels");
    INFO(one.dump());
    const at::Tensor found = ms_ssim(image(side, channels, one.at("a")), image(side, channels, one.at("b")));
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
  CHECK_THROWS_AS(ms_ssim(image(10, 1, 0), image(10, 1, 1)), DataError);
}

TEST_CASE("a pair's value does not depend on the pairs beside it") {
  const at::Tensor a = at::cat({image(64, 3, 0), image(64, 3, 1)});
  const at::Tensor b = at::cat({image(64, 3, 4), image(64, 3, 3)});
  CHECK(ms_ssim(a, b)[1].item<double>() == ms_ssim(image(64, 3, 1), image(64, 3, 3)).item<double>());
}
