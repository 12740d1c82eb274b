#include "radforge/nn/keyed_random.hpp"

#include <ATen/ops/empty.h>

#include <span>

namespace radforge {

at::Tensor keyed_normals(const std::vector<RandomKey>& keys, const std::vector<std::int64_t>& sample_shape, at::Device device) {
  std::vector<std::int64_t> shape{static_cast<std::int64_t>(keys.size())};
  shape.insert(shape.end(), sample_shape.begin(), sample_shape.end());
  at::Tensor values = at::empty(shape, at::kFloat);
  const std::span<float> all(values.mutable_data_ptr<float>(), static_cast<std::size_t>(values.numel()));
  const std::size_t row = keys.empty() ? 0 : all.size() / keys.size();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    fill_normal(keys[i], all.subspan(i * row, row));
  }
  return values.to(device);
}

} // namespace radforge
