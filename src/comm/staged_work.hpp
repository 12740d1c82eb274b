#pragma once

#include "gpu_runtime.hpp"
#include "radforge/comm/device_communicator.hpp"

#include <memory>

namespace radforge {

/// Host memory that stands in for device memory in a collective.
struct StagedBuffer {
  Buffer device;
  Buffer host;
  std::shared_ptr<void> memory; ///< of `host`
};

/// An all-reduce of host memory whose result goes to the device at the end.
class StagedWork final : public Work {
 public:
  StagedWork(std::shared_ptr<GpuRuntime> runtime, CurrentStream current_stream, StagedBuffer staged, std::unique_ptr<Work> inner);
  ~StagedWork() override;
  StagedWork(const StagedWork&) = delete;
  StagedWork& operator=(const StagedWork&) = delete;

  bool done() override;
  void wait() override;

 private:
  std::shared_ptr<GpuRuntime> runtime_;
  CurrentStream current_stream_;
  StagedBuffer staged_;
  std::unique_ptr<Work> inner_; ///< null: the result is on the device
};

/// Copies and waits for the copy, in the order of `stream`. `to` and `from` have one size.
void copy_staged(GpuRuntime& runtime, const Buffer& to, const Buffer& from, void* stream);

} // namespace radforge
