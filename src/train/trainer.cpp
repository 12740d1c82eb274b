#include "radforge/train/trainer.hpp"

#include "step_verdict.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/progress.hpp"
#include "radforge/nn/buffer.hpp"
#include "radforge/train/adamw.hpp"
#include "radforge/train/ema.hpp"
#include "radforge/train/lr_schedule.hpp"

#include <algorithm>

namespace radforge {

namespace fs = std::filesystem;

namespace {

constexpr int most_bad_steps = 10;

Batch part_of(const Batch& batch, std::size_t first, std::size_t count) {
  const std::size_t image = batch.turns.empty() ? 0 : batch.pixels.size() / batch.turns.size();
  const auto turns = batch.turns.begin() + static_cast<std::ptrdiff_t>(first);
  const auto pixels = batch.pixels.begin() + static_cast<std::ptrdiff_t>(first * image);
  return {batch.step,
          {turns, turns + static_cast<std::ptrdiff_t>(count)},
          {pixels, pixels + static_cast<std::ptrdiff_t>(count * image)}};
}

// The rank's slice of a step, in parts of at most `micro` images (0: all at once); gradients add up.
double accumulate(Task& task, const Batch& batch, std::int64_t global, std::int64_t micro) {
  const std::size_t total = batch.turns.size();
  const std::size_t most = micro == 0 ? total : static_cast<std::size_t>(micro);
  if (total <= most) {
    return total == 0 ? 0 : task.accumulate(batch, global);
  }
  double loss = 0;
  for (std::size_t first = 0; first < total; first += most) {
    loss += task.accumulate(part_of(batch, first, std::min(most, total - first)), global);
  }
  return loss;
}

} // namespace

Trainer::Trainer(TrainPlan plan, RunContext& context, const Mixture& data, Task& task)
    : plan_(std::move(plan)), context_(context), data_(data), task_(task) {}

TrainSummary Trainer::run() {
  Communicator& ranks = context_.data;
  const LoopConfig& loop = plan_.loop;
  ParameterSet& parameters = task_.parameters();
  at::Tensor& weights = parameters.flat();
  at::Tensor& gradient = parameters.flat_gradient();
  AdamW optimizer(plan_.optimizer, weights);
  Ema ema(loop.ema_decay, weights);
  const TrainState state{parameters, weights, optimizer.first_moment(), optimizer.second_moment(), ema.average()};

  // Once at the start: where the last start of this run left off.
  CheckpointStore store(context_.dir.path() / "checkpoints", {plan_.checkpoint.keep, context_.dir.epoch(), plan_.config_digest,
                                                              [this] { context_.dir.check_ownership(); }});
  std::int64_t step = resume(store, state);
  const std::int64_t first_step = step;
  agree(context_.control, [&] {
    if (context_.control.rank() == 0) {
      context_.dir.check_ownership();
      context_.metrics.resume_from(step == 0 ? MetricLog::kFromStart : step);
    }
  });

  Loader loader(data_, Sampler(data_.training(), loop.batch_size, plan_.seed), Augmenter(plan_.data.augmentation, plan_.seed),
                {step, loop.steps, ranks.rank(), ranks.size(), static_cast<int>(plan_.data.loader_threads)});
  Progress progress({.label = "train",
                     .unit = "images",
                     .total = loop.steps * loop.batch_size,
                     .done = step * loop.batch_size,
                     .enabled = ranks.rank() == 0});
  TrainSummary summary{.steps = step};
  Stopwatch since_start;
  Stopwatch since_log;
  double reduce_s = 0;
  double waited_s = 0;
  int bad_steps = 0;

  while (step < loop.steps) {
    // Forward and backward over this rank's slice of the global batch.
    const Batch batch = loader.next();
    gradient.zero_();
    const double loss_share = accumulate(task_, batch, loop.batch_size, loop.micro_batch_size);

    // One gradient for all ranks, and one verdict on the step.
    const Stopwatch reducing;
    ranks.all_reduce(buffer_of(gradient), ReduceOp::sum);
    const double norm = gradient.norm().item<double>();
    const StepVerdict verdict = agree_on_step(ranks, loss_share, norm, context_.stop.requested());
    reduce_s += reducing.seconds();

    // The update, unless a number is not finite: then parameters, moments and average stay as they are.
    const double learning_rate = learning_rate_at(plan_.optimizer, step, loop.steps);
    ++step;
    if (verdict.finite) {
      bad_steps = 0;
      if (norm > plan_.optimizer.clip_norm) {
        gradient.mul_(plan_.optimizer.clip_norm / norm);
      }
      optimizer.step(weights, gradient, learning_rate, step);
      ema.update(weights, step);
    } else if (++bad_steps == most_bad_steps) {
      throw as_agreed(DivergenceError(
          "the loss or the gradient was not finite in {} steps in a row (up to step {}). Lower the learning rate; "
          "the last checkpoint is from before",
          most_bad_steps, step));
    } else {
      context_.log.warning("step {} was skipped (loss {} and gradient norm {} are not both finite)", step, verdict.loss, norm);
    }
    summary.steps = step;
    summary.new_steps = step - first_step;
    summary.loss = verdict.loss;
    progress.update(step * loop.batch_size, fmt::format("step {} loss {:.4f}", step, verdict.loss));

    // Everything below is diagnostics and saving.
    const bool last = step == loop.steps;
    const bool validating = last || step % loop.validate_every_steps == 0;
    if (validating || step % loop.log_every_steps == 0) {
      std::vector<Metric> results{{"loss", verdict.loss}, {"gradient_norm", norm}, {"learning_rate", learning_rate}};
      const auto logged = static_cast<double>(
          (step - first_step) % loop.log_every_steps == 0 ? loop.log_every_steps : (step - first_step) % loop.log_every_steps);
      const std::vector<Metric> timing{{"images_per_s", logged * static_cast<double>(loop.batch_size) / since_log.seconds()},
                                       {"reduce_s", reduce_s / logged},
                                       {"data_wait_s", (loader.wait_s() - waited_s) / logged}};
      if (validating) {
        results.push_back({"validation_loss", validate(ema.average())});
      }
      write_metrics(step, results, timing);
      reduce_s = 0;
      waited_s = loader.wait_s();
      since_log.restart();
    }
    if (last || verdict.stop || step % plan_.checkpoint.every_steps == 0) {
      save(store, step, state);
    }
    if (verdict.stop && !last) {
      throw as_agreed(StoppedError("stopped on request after step {} of {} (the state is saved). The same command continues",
                                   step, loop.steps));
    }
  }
  progress.finish();
  summary.images_per_s = static_cast<double>(summary.new_steps * loop.batch_size) / since_start.seconds();
  publish(ema.average());
  return summary;
}

std::int64_t Trainer::resume(const CheckpointStore& store, const TrainState& state) const {
  // Rank 0 looks, all ranks load what it found.
  std::string found_step;
  CheckpointStore::Search search;
  agree(context_.control, [&] {
    if (context_.control.rank() == 0) {
      search = store.search();
      found_step = search.newest ? std::to_string(search.newest->step) : "";
    }
  });
  for (const std::string& problem : search.problems) {
    context_.log.warning("a checkpoint is passed over: {}", problem);
  }
  found_step = broadcast(context_.control, found_step);
  if (found_step.empty()) {
    return 0;
  }
  const std::int64_t step = std::stoll(found_step);
  agree(context_.control, [&] { store.load(store.at(step), state); });
  context_.log.info("continuing from step {}", step);
  return step;
}

void Trainer::save(CheckpointStore& store, std::int64_t step, const TrainState& state) const {
  agree(context_.control, [&] {
    if (context_.control.rank() == 0) {
      context_.dir.check_ownership();
      context_.metrics.sync(); // a resumed run does not write the lines up to this step again
      store.save(step, state);
    }
  });
}

void Trainer::write_metrics(std::int64_t step, const std::vector<Metric>& results, const std::vector<Metric>& timing) const {
  agree(context_.control, [&] {
    if (context_.control.rank() == 0) {
      context_.dir.check_ownership();
      context_.metrics.write_timing(step, timing);
      context_.metrics.write(step, results);
    }
  });
}

double Trainer::validate(const at::Tensor& weights) const {
  const ScopedWeights averaged(task_.parameters(), weights);
  std::vector<std::int64_t> ids = data_.validation();
  ids.resize(std::min(ids.size(), static_cast<std::size_t>(plan_.loop.validation_images)));
  const auto num_ranks = static_cast<std::size_t>(context_.data.size());
  const auto rank = static_cast<std::size_t>(context_.data.rank());
  const std::size_t image = data_.schema().num_bytes();
  Batch batch;
  for (std::size_t i = rank * ids.size() / num_ranks; i < (rank + 1) * ids.size() / num_ranks; ++i) {
    batch.turns.push_back({ids[i], 0});
    batch.pixels.resize(batch.turns.size() * image);
    data_.pixels(ids[i], std::span(batch.pixels).last(image));
  }
  double sum = batch.turns.empty() ? 0 : task_.validation_loss_sum(batch);
  context_.data.all_reduce(buffer_of(std::span(&sum, 1)), ReduceOp::sum);
  return sum / static_cast<double>(ids.size());
}

void Trainer::publish(const at::Tensor& weights) const {
  agree(context_.control, [&] {
    const fs::path target = context_.dir.path() / "pipeline";
    if (context_.control.rank() != 0 || fs::exists(target)) {
      return;
    }
    const fs::path temporary = context_.dir.path() / fmt::format("pipeline.tmp-{}", context_.dir.epoch());
    fs::remove_all(temporary);
    fs::create_directories(temporary);
    task_.write_result(temporary, weights);
    context_.dir.check_ownership();
    publish_folder(temporary, target);
  });
}

} // namespace radforge
