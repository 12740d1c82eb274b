#pragma once

#include "gpu_event.hpp"
#include "nccl_link.hpp"
#include "radforge/comm/device_communicator.hpp"

#include <memory>

namespace radforge {

/// A collective that NCCL was given. Waiting is done by the caller's stream.
class NcclWork final : public Work {
 public:
  NcclWork(std::shared_ptr<NcclLink> link, std::shared_ptr<const GpuEvent> event, CurrentStream current_stream);
  ~NcclWork() override;
  NcclWork(const NcclWork&) = delete;
  NcclWork& operator=(const NcclWork&) = delete;

  bool done() override;
  void wait() override;

 private:
  /// A failure of CUDA is one of the communicator.
  template <class Step>
  auto guarded(const Step& step);

  std::shared_ptr<NcclLink> link_;
  std::shared_ptr<const GpuEvent> event_;
  CurrentStream current_stream_;
  bool waited_ = false;
};

} // namespace radforge
