#include "kineto_trace.hpp"

#include "radforge/core/error.hpp"

#include <ATen/record_function.h>
#include <c10/util/Exception.h>
#include <torch/csrc/autograd/profiler_kineto.h>

#include <cstdlib>
#include <set>

namespace radforge {

namespace kineto = torch::autograd::profiler;

struct KinetoTrace::State {
  kineto::ProfilerConfig config{kineto::ProfilerState::KINETO, /*report_input_shapes=*/true};
  std::set<kineto::ActivityType> activities{kineto::ActivityType::CPU};
  bool running = false;
  std::unique_ptr<kineto::ProfilerResult> result;
};

namespace {

template <class Work>
void attempt(const char* what, Work work) {
  try {
    work();
  } catch (const c10::Error& error) {
    throw InternalError("LibTorch's profiler cannot {} ({}). See whether this LibTorch was built with Kineto", what,
                        error.what_without_backtrace());
  }
}

} // namespace

KinetoTrace::KinetoTrace(at::Device device) : state_(std::make_unique<State>()) {
  if (device.is_cuda()) {
    state_->activities.insert(kineto::ActivityType::CUDA);
  } else { // else it complains of a missing driver on stderr
    setenv("KINETO_LOG_LEVEL", "99", /*overwrite=*/0);
  }
  attempt("be prepared", [&] { kineto::prepareProfiler(state_->config, state_->activities); });
}

KinetoTrace::~KinetoTrace() {
  if (state_->running) {
    try {
      kineto::disableProfiler();
    } catch (const std::exception&) { // nobody waits for what it saw
    }
  }
}

void KinetoTrace::start() {
  attempt("start", [&] {
    kineto::enableProfiler(state_->config, state_->activities,
                           {at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION, at::RecordScope::USER_SCOPE});
  });
  state_->running = true;
}

void KinetoTrace::stop() {
  require(state_->running, "the trace was started");
  state_->running = false;
  attempt("stop", [&] { state_->result = kineto::disableProfiler(); });
}

std::vector<NamedSpan> KinetoTrace::named_spans() const {
  std::vector<NamedSpan> spans;
  for (const kineto::KinetoEvent& event : state_->result->events()) {
    if (event.scope() == static_cast<std::uint8_t>(at::RecordScope::USER_SCOPE) && event.deviceType() == c10::DeviceType::CPU) {
      spans.push_back({event.name(), event.startThreadId(), static_cast<std::int64_t>(event.startNs()),
                       static_cast<std::int64_t>(event.durationNs())});
    }
  }
  return spans;
}

void KinetoTrace::save(const std::filesystem::path& path) {
  attempt("save", [&] { state_->result->save(path.string()); });
  if (!std::filesystem::exists(path)) {
    throw IoError("LibTorch's profiler wrote no '{}' (it does not tell why). Check that the disk has room, and your rights there",
                  path.string());
  }
}

} // namespace radforge
