#include "radforge/nn/host_copy.hpp"

#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace radforge {

struct HostCopy::Arrival {
  explicit Arrival(const at::Device& device) : event(device.type()) {
    event.record(c10::impl::VirtualGuardImpl(device.type()).getStream(device));
  }
  c10::Event event;
};

HostCopy::HostCopy(const at::Tensor& x)
    : values_(x.to(at::kCPU, x.scalar_type(), /*non_blocking=*/true)),
      arrival_(x.is_cpu() ? nullptr : std::make_unique<Arrival>(x.device())) {}

HostCopy::~HostCopy() = default;
HostCopy::HostCopy(HostCopy&&) noexcept = default;
HostCopy& HostCopy::operator=(HostCopy&&) noexcept = default;

const at::Tensor& HostCopy::wait() {
  if (arrival_) {
    arrival_->event.synchronize();
    arrival_.reset();
  }
  return values_;
}

} // namespace radforge
