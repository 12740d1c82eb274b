#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

namespace radforge {

/// A tensor's numbers on their way to the CPU, into pinned memory, while its device goes on to other work.
class HostCopy {
 public:
  explicit HostCopy(const at::Tensor& x);
  ~HostCopy();
  HostCopy(HostCopy&&) noexcept;
  HostCopy& operator=(HostCopy&&) noexcept;

  /// The values, when they are there.
  const at::Tensor& wait();

 private:
  struct Arrival;

  at::Tensor values_;
  std::unique_ptr<Arrival> arrival_; ///< none: they are there
};

} // namespace radforge
