#include "value_tensor.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/from_blob.h>

namespace radforge {

namespace {

at::ScalarType scalar_type_of(ValueType type) {
  require(type != ValueType::uint8, "latents and text states are floating");
  return type == ValueType::float16 ? at::kHalf : at::kFloat;
}

} // namespace

at::Tensor value_tensor(std::span<const std::uint8_t> rows, const DatasetSchema& schema) {
  require(rows.size() % schema.num_bytes() == 0, "whole rows");
  std::vector<std::int64_t> shape{static_cast<std::int64_t>(rows.size() / schema.num_bytes())};
  if (schema.kind == ValueKind::latents) {
    shape.push_back(schema.channels);
  }
  shape.push_back(schema.height);
  shape.push_back(schema.width);
  // from_blob takes a mutable pointer, and only reads through it here.
  auto* bytes = const_cast<std::uint8_t*>(rows.data());
  return at::from_blob(bytes, shape, scalar_type_of(schema.type)).to(at::kFloat, /*non_blocking=*/false, /*copy=*/true);
}

std::vector<std::uint8_t> value_bytes(const at::Tensor& row, ValueType type) {
  const at::Tensor values = row.to(at::kCPU, scalar_type_of(type)).contiguous();
  const auto* bytes = static_cast<const std::uint8_t*>(values.const_data_ptr());
  return {bytes, bytes + values.nbytes()};
}

} // namespace radforge
