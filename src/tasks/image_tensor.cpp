#include "image_tensor.hpp"

#include <ATen/ops/from_blob.h>

namespace radforge {

at::Tensor image_tensor(const Batch& batch, const DatasetSchema& schema) {
  // from_blob takes a mutable pointer, and only reads through it here.
  auto* pixels = const_cast<std::uint8_t*>(batch.pixels.data());
  const at::Tensor bytes = at::from_blob(
      pixels, {static_cast<std::int64_t>(batch.turns.size()), schema.height, schema.width, schema.channels}, at::kByte);
  return bytes.permute({0, 3, 1, 2}).to(at::kFloat).div_(127.5).sub_(1).contiguous();
}

} // namespace radforge
