#pragma once

#include "element.hpp"

#include <ATen/core/Tensor.h>

namespace radforge {

/// Whether the kernels of this folder can read the tensor.
inline bool has_kernels(const at::Tensor& x) {
  return (x.is_cpu() || x.is_cuda()) && x.numel() > 0 && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

/// The memory of a tensor as kernels see it; T is float or Bf16, as the tensor's type is.
template <class T>
const T* elements(const at::Tensor& x) {
  return static_cast<const T*>(x.const_data_ptr());
}

template <class T>
T* mutable_elements(const at::Tensor& x) {
  return static_cast<T*>(x.mutable_data_ptr());
}

} // namespace radforge
