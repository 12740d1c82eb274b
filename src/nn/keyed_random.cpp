#include "radforge/nn/keyed_random.hpp"

#include "cuda_jobs.hpp"
#include "keyed_sequences.hpp"
#include "radforge/nn/device_copy.hpp"

#include <ATen/ops/empty.h>
#include <c10/core/DeviceGuard.h>

#include <span>

namespace radforge {

namespace {

void fill_rows(const std::vector<RandomKey>& keys, at::Tensor& values) {
  const std::span<float> all(values.mutable_data_ptr<float>(), static_cast<std::size_t>(values.numel()));
  const std::size_t row = all.size() / keys.size();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    fill_normal(keys[i], all.subspan(i * row, row));
  }
}

} // namespace

at::Tensor keyed_normals(const std::vector<RandomKey>& keys, const std::vector<std::int64_t>& sample_shape, at::Device device) {
  std::vector<std::int64_t> shape{static_cast<std::int64_t>(keys.size())};
  shape.insert(shape.end(), sample_shape.begin(), sample_shape.end());
  at::Tensor values = at::empty(shape, at::TensorOptions(at::kFloat).device(device));
  if (values.numel() == 0) {
    return values;
  }
  if (device.is_cpu()) {
    fill_rows(keys, values);
  } else {
    const c10::DeviceGuard guard(device);
    const at::Tensor sequences = copied_to(keyed_sequences(keys), device);
    run_on_cuda(keyed_normals_job(sequences, values));
  }
  return values;
}

} // namespace radforge
