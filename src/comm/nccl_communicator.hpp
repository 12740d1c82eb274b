#pragma once

#include "gpu_event.hpp"
#include "gpu_stream.hpp"
#include "nccl_library.hpp"
#include "nccl_link.hpp"
#include "nccl_monitor.hpp"
#include "radforge/comm/collective.hpp"
#include "radforge/comm/device_communicator.hpp"

#include <memory>
#include <optional>

namespace radforge {

/// See make_nccl_communicator().
class NcclCommunicator final : public Communicator {
 public:
  /// Collective over `control`.
  NcclCommunicator(std::shared_ptr<Communicator> control, std::shared_ptr<GpuRuntime> runtime,
                   std::shared_ptr<NcclLibrary> library, NcclOptions options);
  ~NcclCommunicator() override;
  NcclCommunicator(const NcclCommunicator&) = delete;
  NcclCommunicator& operator=(const NcclCommunicator&) = delete;

  int rank() const override { return control_->rank(); }
  int size() const override { return control_->size(); }
  void all_reduce(Buffer values, ReduceOp op) override;
  std::unique_ptr<Work> start_all_reduce(Buffer values, ReduceOp op) override;
  void broadcast(Buffer values, int root) override;
  void all_gather(Buffer in, Buffer out) override;
  void reduce_scatter(Buffer in, Buffer out, ReduceOp op) override;
  void barrier() override;
  std::unique_ptr<Communicator> split(int color) override;
  [[noreturn]] void abort(int exit_code) override;

 private:
  /// Starts a collective of device memory. `hand_over(library, communicator, stream)` calls NCCL.
  template <class Call>
  std::unique_ptr<Work> start(const Collective& call, const Call& hand_over);

  std::shared_ptr<Communicator> control_;
  std::shared_ptr<GpuRuntime> runtime_;
  std::shared_ptr<NcclLibrary> library_;
  NcclOptions options_;
  int num_exceptions_;
  std::optional<GpuStream> stream_;
  std::optional<GpuEvent> ready_; ///< the caller's stream has come to a collective
  std::shared_ptr<NcclLink> link_;
  std::optional<NcclMonitor> monitor_;
};

} // namespace radforge
