#include "staged_work.hpp"

#include "radforge/core/error.hpp"

#include <utility>

namespace radforge {

void copy_staged(GpuRuntime& runtime, const Buffer& to, const Buffer& from, void* stream) {
  if (from.count > 0) {
    runtime.copy(to.data, from.data, from.bytes(), stream);
    runtime.synchronize(stream);
  }
}

StagedWork::StagedWork(std::shared_ptr<GpuRuntime> runtime, CurrentStream current_stream, StagedBuffer staged,
                       std::unique_ptr<Work> inner)
    : runtime_(std::move(runtime)), current_stream_(std::move(current_stream)), staged_(std::move(staged)),
      inner_(std::move(inner)) {}

StagedWork::~StagedWork() {
  try {
    wait();
  } catch (const CommunicationError&) { // the next call meets it again
  }
}

bool StagedWork::done() {
  if (inner_ != nullptr && inner_->done()) {
    wait();
  }
  return inner_ == nullptr;
}

void StagedWork::wait() {
  if (inner_ != nullptr) {
    inner_->wait();
    copy_staged(*runtime_, staged_.device, staged_.host, current_stream_());
    inner_.reset();
  }
}

} // namespace radforge
