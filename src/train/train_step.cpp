#include "train_step.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/core/error.hpp"
#include "radforge/nn/batch_norm.hpp"
#include "radforge/nn/buffer.hpp"
#include "radforge/train/lr_schedule.hpp"

#include <ATen/record_function.h>

#include <algorithm>
#include <cmath>

namespace radforge {

namespace {

Batch part_of(const Batch& batch, std::size_t first, std::size_t count) {
  const std::size_t bytes = batch.turns.empty() ? 0 : batch.values.size() / batch.turns.size();
  const auto turns = batch.turns.begin() + static_cast<std::ptrdiff_t>(first);
  const auto values = batch.values.begin() + static_cast<std::ptrdiff_t>(first * bytes);
  return {batch.step,
          {turns, turns + static_cast<std::ptrdiff_t>(count)},
          {values, values + static_cast<std::ptrdiff_t>(count * bytes)}};
}

bool is_canonical(const LoopConfig& loop) { return loop.reduction == "canonical"; }

// Images of a part; 0: a rank's whole slice.
std::size_t part_size(const LoopConfig& loop) {
  return static_cast<std::size_t>(is_canonical(loop) ? loop.batch_size / loop.virtual_shards : loop.micro_batch_size);
}

// The averaged weights are what is evaluated, so running statistics follow the batches' as slowly as the average follows the
// weights: a norm's own momentum is the most.
double running_rate(double average_rate) { return std::min(1.0, average_rate / BatchNorm2d::momentum); }

} // namespace

TrainStep::TrainStep(const LoopConfig& loop, const OptimizerConfig& config, Communicator& ranks, Task& task, Optimizer& optimizer,
                     Launching launching)
    : loop_(loop), config_(config), ranks_(ranks), task_(task), optimizer_(optimizer),
      reducer_(make_gradient_reducer(loop, task.parameters(), ranks)), part_size_(part_size(loop)),
      running_state_(task.parameters(), ranks, is_canonical(loop) ? static_cast<std::size_t>(loop.virtual_shards) : 1),
      exchange_(ranks,
                is_canonical(loop) ? static_cast<std::size_t>(loop.virtual_shards) : static_cast<std::size_t>(ranks.size()),
                task.num_sums()) {
  if (ranks.size() > loop.batch_size) {
    throw as_agreed(
        ConfigError("{} ranks cannot share a batch of {} images (each takes one at least). Start fewer ranks, or raise "
                    "train.batch_size",
                    ranks.size(), loop.batch_size));
  }
  if (launching == Launching::recorded) {
    recorded_parts_.emplace(task, loop.batch_size);
  }
}

StepResult TrainStep::run(std::int64_t step, const Batch& slice, StepReport report) {
  // Forward and backward over this rank's slice, part by part; the reduction begins while the last part is still computed.
  const Stopwatch computing;
  reducer_->begin_step();
  running_state_.begin_step();
  exchange_.begin_step();
  accumulate(step, slice);
  compute_s_ += computing.seconds();

  // One gradient for all ranks, and one verdict on the step. Here, and nowhere before, the host waits for numbers of the device.
  reducer_->finish();
  const at::Tensor norm = task_.parameters().flat_gradient().norm();
  const Stopwatch reading;
  read_parts();
  StepResult result;
  result.gradient_norm = norm.item<double>();
  compute_s_ += reading.seconds();
  result.learning_rate = learning_rate_at(config_, step, loop_.steps);
  const Stopwatch agreeing;
  report.finite = exchange_.losses_are_finite() && std::isfinite(result.gradient_norm);
  result.verdict = exchange_.agree(report);
  verdict_s_ += agreeing.seconds();

  // The update, unless a number is not finite: then weights, moments, average and running state stay as they are.
  if (result.verdict.finite) {
    update(step, result.learning_rate, result.gradient_norm);
  } else {
    running_state_.restore();
  }
  return result;
}

void TrainStep::accumulate(std::int64_t step, const Batch& slice) {
  const std::size_t total = slice.turns.size();
  const std::size_t most = part_size_ == 0 ? total : part_size_;
  const auto first_slot = static_cast<std::size_t>(is_canonical(loop_) ? ranks_.rank() * loop_.virtual_shards / ranks_.size()
                                                                       : static_cast<std::int64_t>(ranks_.rank()));
  std::size_t slot = first_slot;
  for (std::size_t first = 0; first < total; first += most) {
    const std::size_t count = std::min(most, total - first);
    running_state_.begin_part();
    const auto place = first + count == total ? GradientReducer::Part::last : GradientReducer::Part::more_follow;
    reducer_->begin_part(place);
    const Batch batch = count == total ? Batch() : part_of(slice, first, count);
    const Batch& part = count == total ? slice : batch;
    const at::Tensor values = compute(part, step, place);
    reducer_->end_part();
    running_state_.end_part(is_canonical(loop_) ? slot : 0, static_cast<double>(count) / static_cast<double>(loop_.batch_size));
    parts_.push_back({slot, {part.step, part.turns, {}}, values});
    slot += is_canonical(loop_) ? 1 : 0;
  }
}

// The last part of several ranks is not launched as a whole: its reduction begins while it is computed.
at::Tensor TrainStep::compute(const Batch& part, std::int64_t step, GradientReducer::Part place) {
  RECORD_USER_SCOPE("forward and backward");
  const StepInputs inputs = task_.inputs(part, Purpose::training);
  const bool recorded = recorded_parts_ && (ranks_.size() == 1 || place == GradientReducer::Part::more_follow);
  return recorded ? recorded_parts_->accumulate(inputs, step) : task_.accumulate(inputs, step, loop_.batch_size);
}

void TrainStep::read_parts() {
  RECORD_USER_SCOPE("read losses"); // of a GPU: until it has computed them
  for (const Part& part : parts_) {
    const PartLoss found = task_.report(part.batch, Purpose::training, part.values.to(at::kCPU));
    exchange_.add(part.slot, found.loss / static_cast<double>(loop_.batch_size), found.sums);
  }
  parts_.clear();
}

void TrainStep::update(std::int64_t step, double learning_rate, double norm) {
  RECORD_USER_SCOPE("optimizer");
  optimizer_.step(step + 1, learning_rate, norm > config_.clip_norm ? config_.clip_norm / norm : 1.0);
  running_state_.finish(running_rate(1 - optimizer_.average_decay(step + 1)));
  if (config_.shard) { // what the layers compute with: half the bytes of the weights, of which a rank keeps its share
    gather_shares(ranks_, task_.parameters().flat_working());
  }
}

} // namespace radforge
