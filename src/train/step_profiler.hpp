#pragma once

#include "kineto_trace.hpp"
#include "traced_communicator.hpp"

#include "radforge/run/run_context.hpp"

#include <ATen/record_function.h>

#include <cstdint>
#include <functional>
#include <optional>

namespace radforge {

/// Traces some steps of a start of a training into `profile/` of the run folder, a file a rank, after a warm-up. Makes no
/// collective and throws nothing: what fails on a rank is its warning, and training goes on.
class StepProfiler {
 public:
  /// Until as many steps of a start are over, memory and recorded work have not settled: the fourth run of a part is the one
  /// that is recorded.
  static constexpr std::int64_t num_warm_ups = 5;

  /// `num_steps` 0: every call does nothing. What `context` refers to outlives the object.
  StepProfiler(std::int64_t num_steps, const RunContext& context, at::Device device);

  /// What the training is to work with, so that the trace shows its collectives and other threads. It refers to this object.
  RunContext traced_context();
  /// Step `step` (from 0) begins, the first of `num_left`; the one before is over. The warm-up is shorter where few are left.
  void begin_step(std::int64_t step, std::int64_t num_left);
  /// Training is over: writes what was traced, if begin_step() has not.
  void finish();

 private:
  enum class State { off, planned, warming_up, tracing };

  void plan(std::int64_t step, std::int64_t num_left);
  void start(std::int64_t step);
  void write();
  void attempt(const std::function<void()>& work);

  std::int64_t num_steps_;
  const RunContext context_;
  at::Device device_;
  State state_;
  SpanLog spans_;
  std::optional<TracedCommunicator> control_;
  std::optional<TracedCommunicator> data_;
  std::optional<KinetoTrace> trace_;
  std::int64_t num_to_come_ = 0; ///< steps until the state changes
  std::int64_t first_step_ = 0;  ///< of the trace, from 1
  std::int64_t last_step_ = 0;
  std::optional<at::RecordFunction> step_span_; ///< last: it ends before the trace does
};

} // namespace radforge
