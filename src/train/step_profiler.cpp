#include "step_profiler.hpp"

#include "step_shares.hpp"
#include "trace_file.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/temporary_folder.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace radforge {

namespace fs = std::filesystem;

StepProfiler::StepProfiler(std::int64_t num_steps, const RunContext& context, at::Device device)
    : num_steps_(num_steps), context_(context), device_(device), state_(num_steps > 0 ? State::planned : State::off) {
  if (state_ != State::off && context.control.size() > 1) {
    control_.emplace(context.control, spans_);
    data_.emplace(context.data, spans_);
  }
}

RunContext StepProfiler::traced_context() {
  return {context_.log,
          control_ ? *control_ : context_.control,
          data_ ? *data_ : context_.data,
          context_.dir,
          context_.metrics,
          context_.stop,
          context_.watchdog,
          context_.shows_progress,
          state_ == State::off ? nullptr : &spans_};
}

void StepProfiler::begin_step(std::int64_t step, std::int64_t num_left) {
  step_span_.reset();
  if (state_ == State::off) {
    return;
  }
  attempt([&] {
    if (state_ == State::planned) {
      plan(step, num_left);
    }
    if (num_to_come_ == 0) {
      state_ == State::warming_up ? start(step) : write();
    }
    --num_to_come_;
    if (state_ == State::tracing) {
      last_step_ = std::max(last_step_, step + 1);
      step_span_.emplace(at::RecordScope::USER_SCOPE).before(fmt::format("{}{}", step_span_prefix, step + 1));
    }
  });
}

void StepProfiler::finish() {
  step_span_.reset();
  if (state_ == State::tracing) {
    attempt([&] { write(); });
  } else if (state_ != State::off) {
    context_.log.warning("nothing was profiled (no step was left after the warm-up). Profile a start that has more to do");
    state_ = State::off;
  }
}

void StepProfiler::plan(std::int64_t step, std::int64_t num_left) {
  num_to_come_ = std::clamp<std::int64_t>(num_left - num_steps_, 0, num_warm_ups);
  const std::int64_t first = step + num_to_come_ + 1;
  const std::int64_t last = step + std::min(num_left, num_to_come_ + num_steps_);
  context_.log.info("steps {} to {} are profiled{}", first, last,
                    num_left < num_steps_ ? fmt::format(" (--profile {} asks for more than are left)", num_steps_) : "");
  trace_.emplace(device_);
  state_ = State::warming_up;
}

void StepProfiler::start(std::int64_t step) {
  trace_->start();
  spans_.open();
  first_step_ = step + 1;
  num_to_come_ = num_steps_;
  state_ = State::tracing;
}

void StepProfiler::write() {
  context_.enter(Phase::save, last_step_);
  state_ = State::off;
  trace_->stop();
  const int rank = context_.control.rank();
  const TraceAdditions additions{.rank = rank,
                                 .num_ranks = context_.control.size(),
                                 .spans = spans_.close(),
                                 .now = SpanLog::Clock::now(),
                                 .now_ns = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count()};
  const fs::path folder = context_.dir.path() / "profile";
  const fs::path path = folder / fmt::format("rank-{}_step-{}-{}.json", rank, first_step_, last_step_);
  const std::string shares = describe(shares_of(trace_->named_spans()));
  context_.dir.check_ownership();
  fs::create_directories(folder);
  const TemporaryFolder temporary(context_.dir.path() / fmt::format("profile-rank-{}.tmp-{}", rank, context_.dir.epoch()));
  trace_->save(temporary.path() / "kineto.json");
  trace_.reset();
  write_file_atomically(path, with_additions(read_file(temporary.path() / "kineto.json"), additions));
  context_.log.info("profiled steps {} to {}: open {} in https://ui.perfetto.dev (each rank has a file there)", first_step_,
                    last_step_, path.string());
  context_.log.info("rank 0 took {}", shares);
}

// A failed diagnosis is no failed run.
void StepProfiler::attempt(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    state_ = State::off;
    step_span_.reset();
    trace_.reset();
    spans_.close();
    context_.log.local(LogLevel::warning,
                       fmt::format("there is no profile of this rank: {}. Training goes on without", error.what()));
  }
}

} // namespace radforge
