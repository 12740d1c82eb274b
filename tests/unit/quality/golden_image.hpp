#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>

#include <cstdint>

namespace radforge {

/// As tools/golden/quality_distances.py makes it.
inline at::Tensor golden_image(std::int64_t side, std::int64_t channels, std::int64_t number) {
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

} // namespace radforge
