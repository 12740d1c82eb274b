#pragma once

#include "gpu_runtime.hpp"

#include <memory>
#include <utility>

namespace radforge {

/// A stream of the current device.
class GpuStream {
 public:
  explicit GpuStream(std::shared_ptr<GpuRuntime> runtime) : runtime_(std::move(runtime)), stream_(runtime_->create_stream()) {}
  ~GpuStream() { runtime_->destroy_stream(stream_); }
  GpuStream(const GpuStream&) = delete;
  GpuStream& operator=(const GpuStream&) = delete;

  void* get() const { return stream_; }

 private:
  std::shared_ptr<GpuRuntime> runtime_;
  void* stream_;
};

} // namespace radforge
