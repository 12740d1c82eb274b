#include "nccl_work.hpp"

#include "radforge/core/error.hpp"

#include <utility>

namespace radforge {

NcclWork::NcclWork(std::shared_ptr<NcclLink> link, std::shared_ptr<const GpuEvent> event, CurrentStream current_stream)
    : link_(std::move(link)), event_(std::move(event)), current_stream_(std::move(current_stream)) {}

NcclWork::~NcclWork() {
  try {
    wait();
  } catch (const CommunicationError&) { // the next call of the communicator throws it again
  }
}

template <class Step>
auto NcclWork::guarded(const Step& step) {
  link_->check();
  try {
    return step();
  } catch (const CommunicationError& error) {
    link_->fail(fmt::format("waiting for a collective of NCCL failed ({}): resume from the last checkpoint", error.what()));
    link_->check();
    throw;
  }
}

bool NcclWork::done() {
  return guarded([&] { return event_->is_done(); });
}

void NcclWork::wait() {
  guarded([&] {
    if (!waited_) {
      event_->make_wait(current_stream_());
      waited_ = true;
    }
  });
}

} // namespace radforge
