#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <mutex>

namespace radforge {

class ParameterSet;
struct ConvShape;

/// The weights of a convolution in the order in which oneDNN reads them, kept from call to call. Without it every call puts them
/// in that order again, which of wide layers takes longer than the arithmetic. Thread-safe.
class PackedKernel {
 public:
  explicit PackedKernel(const ParameterSet& parameters) : parameters_(parameters) {}

  /// Whether a convolution of `x` goes this way: its weights are frozen, no gradient is asked for, and `x` is on a CPU, channels
  /// last and of a type that oneDNN computes in.
  bool serves(const at::Tensor& x, const at::Tensor& weight) const;

  /// `weight` packed for inputs like `x`; anew when it has changed, by way of tensors.
  at::Tensor of(const at::Tensor& weight, const at::Tensor& x, const ConvShape& shape) const;

 private:
  const ParameterSet& parameters_;
  mutable std::mutex mutex_;
  mutable at::Tensor packed_;
  mutable const void* source_ = nullptr;
  mutable std::int64_t version_ = -1;
};

/// The convolution of `x` with packed weights; `bias` may be undefined.
at::Tensor packed_conv2d(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias, const ConvShape& shape,
                         bool rectified);
/// max(0, other + the convolution), for the end of a residual block.
at::Tensor packed_conv2d_onto(const at::Tensor& other, const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias,
                              const ConvShape& shape);

} // namespace radforge
