#pragma once

#include "gpu_runtime.hpp"
#include "pinned_pool.hpp"
#include "radforge/comm/device_communicator.hpp"
#include "staged_work.hpp"

#include <memory>

namespace radforge {

/// See make_staged_communicator().
class StagedCommunicator final : public Communicator {
 public:
  StagedCommunicator(std::shared_ptr<Communicator> control, std::shared_ptr<GpuRuntime> runtime, CurrentStream current_stream);

  int rank() const override { return control_->rank(); }
  int size() const override { return control_->size(); }
  void all_reduce(Buffer values, ReduceOp op) override;
  std::unique_ptr<Work> start_all_reduce(Buffer values, ReduceOp op) override;
  void broadcast(Buffer values, int root) override;
  void all_gather(Buffer in, Buffer out) override;
  void reduce_scatter(Buffer in, Buffer out, ReduceOp op) override;
  void barrier() override { control_->barrier(); }
  std::unique_ptr<Communicator> split(int color) override;
  [[noreturn]] void abort(int exit_code) override;

 private:
  /// Host memory for a device buffer, with any content.
  StagedBuffer stage(const Buffer& device);
  void copy(const Buffer& to, const Buffer& from);
  /// This rank's part of what is `size()` parts.
  Buffer part(const Buffer& whole, std::size_t count) const;

  std::shared_ptr<Communicator> control_;
  std::shared_ptr<GpuRuntime> runtime_;
  CurrentStream current_stream_;
  std::shared_ptr<PinnedPool> pool_;
};

} // namespace radforge
