#include "radforge/nn/image_grid.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/contact_sheet.hpp"

#include <ATen/ops/nan_to_num.h>

#include <cstdint>
#include <vector>

namespace radforge {

at::Tensor image_bytes(const at::Tensor& images) {
  return images.add(1).mul(127.5).round().clamp(0, 255).to(at::kByte).permute({0, 2, 3, 1}).contiguous();
}

Image image_grid(const at::Tensor& images, int columns) {
  require(images.dim() == 4 && images.size(0) > 0 && (images.size(1) == 1 || images.size(1) == 3),
          "a grid is of N x C x H x W grey or RGB images");
  const at::Tensor bytes = (images.scalar_type() == at::kByte ? images.permute({0, 2, 3, 1}).contiguous()
                                                              : image_bytes(at::nan_to_num(images, -1.0, -1.0, -1.0)))
                               .to(at::kCPU);
  const std::uint8_t* pixels = bytes.const_data_ptr<std::uint8_t>();
  const std::int64_t size = bytes.numel() / bytes.size(0);
  std::vector<Image> tiles;
  for (std::int64_t i = 0; i < bytes.size(0); ++i) {
    tiles.push_back({.height = static_cast<int>(bytes.size(1)),
                     .width = static_cast<int>(bytes.size(2)),
                     .channels = static_cast<int>(bytes.size(3)),
                     .pixels = {pixels + i * size, pixels + (i + 1) * size}});
  }
  return make_contact_sheet(tiles, {}, columns);
}

} // namespace radforge
