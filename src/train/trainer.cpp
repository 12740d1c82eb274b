#include "radforge/train/trainer.hpp"

#include "best_step.hpp"
#include "interval_means.hpp"
#include "run_checkpoints.hpp"
#include "run_timing.hpp"
#include "step_profiler.hpp"
#include "train_step.hpp"
#include "validation.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/progress.hpp"
#include "radforge/data/patient_set.hpp"
#include "radforge/nn/buffer.hpp"
#include "radforge/nn/precision.hpp"
#include "radforge/train/optimizer.hpp"

#include <ATen/ops/empty_like.h>
#include <ATen/record_function.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace radforge {

namespace fs = std::filesystem;

namespace {

void append(std::vector<Metric>& metrics, const std::vector<Metric>& more) {
  metrics.insert(metrics.end(), more.begin(), more.end());
}

FlatRange range_of(const OptimizerConfig& config, ParameterSet& parameters, const Communicator& ranks) {
  const std::int64_t total = parameters.flat().numel();
  return config.shard ? share_of(total, ranks.rank(), ranks.size()) : FlatRange{0, total};
}

Batch next_batch(Loader& loader) {
  RECORD_USER_SCOPE("data");
  return loader.next();
}

// The averaged weights in full: one more buffer of their size while they are used, where each rank holds a share.
at::Tensor full_average(Optimizer& optimizer, ParameterSet& parameters, Communicator& ranks) {
  if (optimizer.range().count == parameters.flat().numel()) {
    return optimizer.average();
  }
  at::Tensor full = at::empty_like(parameters.flat());
  full.narrow(0, optimizer.range().first, optimizer.range().count).copy_(optimizer.average());
  gather_shares(ranks, full);
  return full;
}

} // namespace

Trainer::Trainer(TrainPlan plan, const RunContext& context, const Mixture& data, Task& task)
    : plan_(std::move(plan)), profiler_(std::make_unique<StepProfiler>(plan_.profile_steps, context, task.parameters().device())),
      context_(profiler_->traced_context()), data_(data), task_(task) {}

Trainer::~Trainer() = default;

TrainSummary Trainer::run() {
  Communicator& ranks = context_.data;
  const LoopConfig& loop = plan_.loop;
  ParameterSet& parameters = task_.parameters();
  Optimizer optimizer(plan_.optimizer, loop.ema_decay, parameters, task_.groups(), range_of(plan_.optimizer, parameters, ranks));
  const bool recorded = plan_.compute.graphs && parameters.device().is_cuda();
  TrainStep train_step(loop, plan_.optimizer, ranks, task_, optimizer, recorded ? Launching::recorded : Launching::single);
  IntervalMeans means(task_.num_sums());
  FileSystem file_system;
  BestStep best(plan_.early_stopping);
  RunCheckpoints checkpoints(plan_, context_, parameters, optimizer, means, best, file_system);

  // Where the last start of this run left off.
  std::int64_t step = checkpoints.load();
  if (step > loop.steps) {
    throw as_agreed(
        ConfigError("the checkpoint of step {} is beyond train.steps = {} (a shorter training is another one) take an earlier "
                    "checkpoint by --resume step=N, or another --output",
                    step, loop.steps));
  }
  const std::int64_t first_step = step;
  resume_metrics(step);
  recall(best);
  const auto is_over = [&] { return step == loop.steps || best.is_over(); };
  if (!is_over()) {
    set_former_result_aside();
  }
  if (step > 0) {
    context_.log.info("continuing from step {}", step);
  }
  std::unique_ptr<Loader> loader = loader_from(step);
  RunTiming timing(task_.flop_per_image(), ranks.size(), scalar_type_of(loop.precision), parameters.device());
  timing.restart(step);
  Progress progress({.label = "train",
                     .unit = "images",
                     .total = loop.steps * loop.batch_size,
                     .done = step * loop.batch_size,
                     .enabled = ranks.rank() == 0 && context_.shows_progress});
  StepTimes work_times; // of this rank's own work
  TrainSummary summary{.steps = step};
  Stopwatch since_start;
  Stopwatch since_save;
  std::int64_t bad_steps = 0;
  bool rolled_back = false;
  bool told_of_recording = false;
  const std::span<const std::int64_t> validated =
      std::span(data_.validation()).first(std::min(data_.validation().size(), static_cast<std::size_t>(loop.validation_images)));

  while (!is_over()) {
    profiler_->begin_step(step, loop.steps - step);
    context_.enter(Phase::data, step);
    const double waited_s = loader->wait_s();
    const Batch batch = next_batch(*loader);
    context_.enter(Phase::compute, step);
    const bool out_of_time = loop.max_minutes > 0 && since_start.seconds() > 60 * loop.max_minutes;
    const bool save_due = plan_.checkpoint.every_minutes > 0 && since_save.seconds() > 60 * plan_.checkpoint.every_minutes;
    StepReport report{.stop_requested = context_.stop.requested() || out_of_time, .save_due = save_due};
    checkpoints.report(report);
    const double computed_s = train_step.compute_s();
    const StepResult result = train_step.run(step, batch, report);
    work_times.add(train_step.compute_s() - computed_s + loader->wait_s() - waited_s);
    const StepVerdict& verdict = result.verdict;
    if (const std::string problem = train_step.recording_problem(); !problem.empty() && !told_of_recording) {
      context_.log.warning("the step is launched kernel by kernel ({}). Set compute.graphs to false to say so from the start",
                           problem);
      told_of_recording = true;
    }
    checkpoints.follow(verdict);
    ++step;

    if (verdict.finite) {
      bad_steps = 0;
      means.add(verdict);
    } else {
      context_.log.warning("step {} was skipped (loss {} and gradient norm {} are not both finite)", step, verdict.loss,
                           result.gradient_norm);
      means.skip();
      if (++bad_steps == loop.max_bad_steps) {
        const std::int64_t saved = rolled_back ? 0 : checkpoints.load_newest();
        if (saved == 0) {
          diverge(step);
        }
        context_.log.warning("back to step {} once, after {} steps in a row that were not finite", saved, bad_steps);
        rolled_back = true;
        step = saved;
        bad_steps = 0;
        means.clear();
        resume_metrics(step);
        recall(best);
        loader = loader_from(step);
        timing.restart(step);
        continue;
      }
    }
    summary.steps = step;
    summary.new_steps = std::max<std::int64_t>(step - first_step, 0);
    summary.loss = verdict.loss;
    progress.update(step * loop.batch_size, fmt::format("step {} loss {:.4f}", step, verdict.loss));

    // Everything below is diagnostics and saving.
    const bool last_step = step == loop.steps;
    const bool validating = !validated.empty() && (last_step || step % loop.validate_every_steps == 0);
    const bool sampling = loop.sample_every_steps > 0 && (last_step || step % loop.sample_every_steps == 0);
    const at::Tensor average = validating || sampling ? full_average(optimizer, parameters, ranks) : at::Tensor();
    if (last_step || validating || step % loop.log_every_steps == 0) {
      std::vector<Metric> metrics{
          {"loss", verdict.loss}, {"gradient_norm", result.gradient_norm}, {"learning_rate", result.learning_rate}};
      append(metrics, means.metrics(task_));
      if (validating) {
        RECORD_USER_SCOPE("validation");
        const std::vector<Metric> validation = validate(task_, data_, validated, average, ranks);
        best.add(step, validation);
        append(metrics, validation);
      }
      means.clear();
      write_line(step, metrics, timing.lap(step, train_step, *loader, loop.batch_size));
      name_slow_ranks(work_times);
    }
    if (sampling) {
      write_picture(step, average);
    }
    const bool last = is_over();
    if (last || verdict.stop || verdict.save_due || best.is_record(step) || step % plan_.checkpoint.every_steps == 0) {
      context_.enter(Phase::save, step);
      RECORD_USER_SCOPE("save");
      const Stopwatch saving;
      if (last || verdict.stop) {
        checkpoints.save_now(step);
      } else {
        checkpoints.start(step);
      }
      timing.add_save(saving.seconds());
      since_save.restart();
    }
    if (verdict.stop && !last) {
      profiler_->finish();
      throw as_agreed(StoppedError("stopped on request after step {} of {} (the state is saved). The same command continues",
                                   step, loop.steps));
    }
  }
  profiler_->finish();
  progress.finish();
  context_.enter(Phase::save, step);
  summary.images_per_s = static_cast<double>(summary.new_steps * loop.batch_size) / since_start.seconds();
  summary.rank_hours = since_start.seconds() * ranks.size() / 3600;
  if (best.is_wanted() && !best.records().empty()) {
    const std::int64_t taken = best.is_record(step) ? step : checkpoints.load_best();
    context_.log.info("{} was best after step {}: {:.4f}. The result has the weights of step {}", plan_.early_stopping.metric,
                      best.records().back(), best.best(), taken);
  }
  publish(full_average(optimizer, parameters, ranks));
  return summary;
}

std::unique_ptr<Loader> Trainer::loader_from(std::int64_t step) const {
  return std::make_unique<Loader>(data_, Sampler(data_.training(), plan_.loop.batch_size, plan_.seed),
                                  Augmenter(plan_.data.augmentation, plan_.seed),
                                  Loader::Options{.first_step = step,
                                                  .last_step = plan_.loop.steps,
                                                  .rank = context_.data.rank(),
                                                  .num_ranks = context_.data.size(),
                                                  .num_threads = static_cast<int>(plan_.data.loader_threads),
                                                  .spans = context_.spans});
}

void Trainer::resume_metrics(std::int64_t step) const {
  on_rank_0([&] { context_.metrics.resume_from(step == 0 ? MetricLog::kFromStart : step); });
}

void Trainer::recall(BestStep& best) const {
  if (!best.is_wanted()) {
    return;
  }
  std::vector<double> values; // step, value, ...
  on_rank_0([&] {
    for (const auto& [step, value] : context_.metrics.values_of(plan_.early_stopping.metric)) {
      values.push_back(static_cast<double>(step));
      values.push_back(value);
    }
  });
  std::vector<std::int64_t> count{static_cast<std::int64_t>(values.size())};
  context_.control.broadcast(buffer_of(std::span(count)), 0);
  values.resize(static_cast<std::size_t>(count[0]));
  context_.control.broadcast(buffer_of(std::span(values)), 0);
  best.clear();
  for (std::size_t i = 0; i < values.size(); i += 2) {
    best.add(static_cast<std::int64_t>(values[i]), values[i + 1]);
  }
}

void Trainer::write_line(std::int64_t step, const std::vector<Metric>& metrics, const std::vector<Metric>& timing) const {
  on_rank_0([&] {
    context_.metrics.write_timing(step, timing);
    context_.metrics.write(step, metrics);
  });
}

void Trainer::name_slow_ranks(StepTimes& work_times) const {
  constexpr std::int64_t enough = 20;
  if (work_times.count() < enough) {
    return; // every rank has taken as many
  }
  for (const SlowRank& slow : find_slow_ranks(context_.control, work_times)) {
    context_.log.warning("{} (of its own work, without waiting for others). All wait for it: look at its device and its disk",
                         describe(slow));
  }
  work_times.clear();
}

void Trainer::write_picture(std::int64_t step, const at::Tensor& weights) const {
  on_rank_0([&] {
    if (const std::optional<Image> picture = task_.picture(weights)) {
      const fs::path folder = context_.dir.path() / "samples";
      fs::create_directories(folder);
      write_file_atomically(folder / fmt::format("step-{}.png", step), encode_png(*picture));
      context_.metrics.write_image(step, "samples", *picture);
    }
  });
}

void Trainer::publish(const at::Tensor& weights) const {
  const fs::path target = context_.dir.path() / "pipeline";
  on_rank_0([&] {
    if (fs::exists(target)) {
      return;
    }
    const fs::path temporary = context_.dir.path() / fmt::format("pipeline.tmp-{}", context_.dir.epoch());
    fs::remove_all(temporary);
    fs::create_directories(temporary);
    task_.write_result(temporary, weights);
    PatientSet patients(data_);
    for (const fs::path& origin : plan_.origins) {
      patients.add_origin(origin);
    }
    patients.write(temporary);
    context_.dir.check_ownership();
    publish_folder(temporary, target);
  });
}

void Trainer::set_former_result_aside() const {
  const fs::path result = context_.dir.path() / "pipeline";
  on_rank_0([&] {
    if (fs::exists(result)) { // of a run of fewer steps, or of one that went on from an earlier checkpoint
      fs::rename(result, context_.dir.path() / fmt::format("pipeline.former-{}", context_.dir.epoch()));
    }
  });
}

void Trainer::diverge(std::int64_t step) const {
  // The samples of the steps that were not finite, whole, in a file: what a person looks at first.
  const fs::path path = context_.dir.path() / "divergence.jsonl";
  on_rank_0([&] {
    Sampler sampler(data_.training(), plan_.loop.batch_size, plan_.seed);
    std::string lines;
    for (std::int64_t bad = step - plan_.loop.max_bad_steps; bad < step; ++bad) {
      std::vector<std::int64_t> ids;
      for (const SampleTurn& turn : sampler.batch(bad)) {
        ids.push_back(turn.id);
      }
      lines += fmt::format("{{\"step\":{},\"samples\":[{}]}}\n", bad + 1, fmt::join(ids, ","));
    }
    write_file_atomically(path, lines);
  });
  throw as_agreed(
      DivergenceError("the loss or the gradient was not finite in {} steps in a row, up to step {} ({} lists their "
                      "samples). Lower the learning rate, or look at these images; the last checkpoint is from before",
                      plan_.loop.max_bad_steps, step, path.string()));
}

void Trainer::on_rank_0(const std::function<void()>& work) const {
  agree(context_.control, [&] {
    if (context_.control.rank() == 0) {
      context_.dir.check_ownership();
      work();
    }
  });
}

} // namespace radforge
