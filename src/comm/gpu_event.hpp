#pragma once

#include "gpu_runtime.hpp"

#include <memory>
#include <utility>

namespace radforge {

/// A point in the work of a stream of the current device.
class GpuEvent {
 public:
  explicit GpuEvent(std::shared_ptr<GpuRuntime> runtime) : runtime_(std::move(runtime)), event_(runtime_->create_event()) {}
  ~GpuEvent() { runtime_->destroy_event(event_); }
  GpuEvent(const GpuEvent&) = delete;
  GpuEvent& operator=(const GpuEvent&) = delete;

  void record(void* stream) { runtime_->record(event_, stream); }
  void make_wait(void* stream) const { runtime_->make_wait(stream, event_); }
  bool is_done() const { return runtime_->is_done(event_); }

 private:
  std::shared_ptr<GpuRuntime> runtime_;
  void* event_;
};

} // namespace radforge
