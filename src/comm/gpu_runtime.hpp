#pragma once

#include "radforge/comm/communicator.hpp"

#include <cstddef>
#include <memory>

namespace radforge {

/// What communicators need of CUDA's runtime, so that tests can do without a GPU. A stream or an event is an opaque pointer; the
/// null stream is CUDA's default stream. Errors: CommunicationError that names the call and CUDA's text, without advice. What
/// gives something back throws nothing.
class GpuRuntime {
 public:
  virtual ~GpuRuntime() = default;

  /// Makes a device the current one of the calling thread.
  virtual void set_device(int device) = 0;

  /// A stream that does not wait for the default stream, and whose kernels go before those of others.
  virtual void* create_stream() = 0;
  virtual void destroy_stream(void* stream) noexcept = 0;
  /// The only call here that blocks the host.
  virtual void synchronize(void* stream) = 0;

  virtual void* create_event() = 0;
  virtual void destroy_event(void* event) noexcept = 0;
  virtual void record(void* event, void* stream) = 0;
  /// What comes later on `stream` waits for what was recorded last; the event may then be recorded again.
  virtual void make_wait(void* stream, void* event) = 0;
  /// Whether what was recorded last is complete.
  virtual bool is_done(void* event) = 0;

  /// Between host and device memory, in the order of the stream.
  virtual void copy(void* to, const void* from, std::size_t num_bytes, void* stream) = 0;
  /// Device memory, or host memory that copies reach without a detour (pinned).
  virtual void* allocate(Place where, std::size_t num_bytes) = 0;
  virtual void release(Place where, void* memory) noexcept = 0;
};

/// CUDA's own. Errors: ConfigError in a build without CUDA.
std::shared_ptr<GpuRuntime> open_gpu_runtime();

} // namespace radforge
