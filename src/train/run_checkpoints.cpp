#include "run_checkpoints.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/config/changes.hpp"

#include <ATen/Parallel.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>
#include <vector>

namespace radforge {

namespace fs = std::filesystem;

namespace {

CheckpointerOptions options_of(const TrainPlan& plan, RunContext& context) {
  CheckpointerOptions options;
  options.keep = plan.checkpoint.keep;
  options.epoch = context.dir.epoch();
  options.rank = context.control.rank();
  options.num_ranks = context.control.size();
  options.origin = {plan.config, plan.config_digest, plan.data_digest, at::get_num_threads(), plan.loop.batch_size};
  options.before_manifest = [&context] {
    context.dir.check_ownership();
    context.metrics.sync(); // a resumed run does not write the lines up to this step again
  };
  options.spans = context.spans;
  options.before_rename = [&context] { context.dir.check_ownership(); };
  return options;
}

std::string text_of(const std::vector<std::int64_t>& steps) { return fmt::format("{}", fmt::join(steps, " ")); }

std::vector<std::int64_t> steps_of(const std::string& text) {
  std::istringstream words(text);
  std::vector<std::int64_t> steps;
  for (std::int64_t step = 0; words >> step;) {
    steps.push_back(step);
  }
  return steps;
}

} // namespace

RunCheckpoints::RunCheckpoints(const TrainPlan& plan, RunContext& context, ParameterSet& parameters, Optimizer& optimizer,
                               IntervalMeans& means, const BestStep& best, FileSystem& system)
    : plan_(plan), context_(context), parameters_(parameters), optimizer_(optimizer), means_(means), best_(best),
      folder_(context.dir.path() / "checkpoints"), checkpointer_(folder_, options_of(plan, context), parameters, system) {}

TrainState RunCheckpoints::state() {
  return {.parameters = parameters_.flat(),
          .range = optimizer_.range(),
          .first_moment = optimizer_.first_moment(),
          .second_moment = optimizer_.second_moment(),
          .average = optimizer_.average(),
          .buffers = parameters_.flat_buffers(),
          .interval_means = means_.values()};
}

std::int64_t RunCheckpoints::load() {
  if (!plan_.resume_step) {
    return load_newest();
  }
  const std::int64_t step = *plan_.resume_step;
  agree(context_.control, [&] {
    if (context_.control.rank() == 0) {
      const std::vector<std::int64_t> steps = CheckpointSet::steps_in(folder_);
      if (std::find(steps.begin(), steps.end(), step) == steps.end()) {
        throw DataError("there is no checkpoint of step {} in {} (there {}). Name one of these", step, folder_.string(),
                        steps.empty() ? "are none" : fmt::format("are those of {}", fmt::join(steps, ", ")));
      }
    }
  });
  const CheckpointSet set = agreed_set(step);
  accept(set);
  agree(context_.control, [&] { set.load(state(), parameters_, at::get_num_threads()); });
  parameters_.refresh();
  return step;
}

std::int64_t RunCheckpoints::load_newest() {
  finish();
  std::string there;
  agree(context_.control, [&] {
    if (context_.control.rank() == 0) {
      there = text_of(CheckpointSet::steps_in(folder_));
    }
  });
  return load_from(steps_of(broadcast(context_.control, there)));
}

std::int64_t RunCheckpoints::load_best() {
  finish();
  return load_from({best_.records().rbegin(), best_.records().rend()});
}

std::int64_t RunCheckpoints::load_from(const std::vector<std::int64_t>& steps) {
  std::string problem;
  for (const std::int64_t step : steps) {
    try {
      const CheckpointSet set = agreed_set(step);
      accept(set);
      agree(context_.control, [&] { set.load(state(), parameters_, at::get_num_threads()); });
      parameters_.refresh();
      return step;
    } catch (const DataError& error) {
      problem = error.what();
    } catch (const IoError& error) {
      problem = error.what();
    }
    context_.log.warning("the checkpoint of step {} is passed over: {}", step, problem);
  }
  if (!steps.empty()) {
    throw as_agreed(DataError("no checkpoint in {} can be used (the last reason: {}). Bring one back, or move the folder away to "
                              "begin anew",
                              folder_.string(), problem));
  }
  return 0;
}

// One text of the manifest for all ranks, then each its part of the files: all ranks take the set, or none does.
CheckpointSet RunCheckpoints::agreed_set(std::int64_t step) {
  Communicator& ranks = context_.control;
  std::string manifest;
  agree(ranks, [&] {
    if (ranks.rank() == 0) {
      manifest = CheckpointSet::read_manifest(folder_, step);
      CheckpointSet(folder_, step, manifest);
    }
  });
  CheckpointSet set(folder_, step, broadcast(ranks, manifest));
  agree(ranks, [&] { set.verify(ranks.rank(), ranks.size(), at::get_num_threads()); });
  return set;
}

// All ranks have the same texts and come to the same end.
void RunCheckpoints::accept(const CheckpointSet& set) {
  const CheckpointOrigin& origin = set.origin();
  std::vector<ConfigChange> changes;
  if (origin.config_digest != plan_.config_digest) {
    changes = config_changes(origin.config, plan_.config);
  }
  if (origin.data_digest != plan_.data_digest) {
    changes.push_back({"the data", origin.data_digest, plan_.data_digest, ChangeKind::meaning});
  }
  const auto meaning = changes_of_kind(changes, ChangeKind::meaning);
  if (!meaning.empty() && !plan_.allow_change) {
    throw as_agreed(
        ConfigError("the checkpoint of step {} in {} is of another run:\n{}\nUse the configuration in config.yaml of that "
                    "run, or another --output, or --allow-change to go on with what changed",
                    set.step(), folder_.string(), changes_text(meaning)));
  }
  if (accepted_) {
    return;
  }
  accepted_ = true;
  if (!changes.empty()) {
    context_.log.info("changed since the checkpoint of step {}:\n{}", set.step(), changes_text(changes));
  }
  if (!meaning.empty()) {
    context_.log.warning("going on with another configuration, as --allow-change says");
  }
  if (set.num_ranks() != context_.control.size()) {
    context_.log.info("the checkpoint was written by {} ranks, here are {}", set.num_ranks(), context_.control.size());
  }
  if (origin.threads_a_rank != at::get_num_threads()) {
    context_.log.warning(
        "the checkpoint was written with {} threads a rank, here are {}: sums round in another order from here on",
        origin.threads_a_rank, at::get_num_threads());
  }
}

void RunCheckpoints::report(StepReport& report) const {
  report.save_written = phase_ != Phase::idle && checkpointer_.is_over();
  report.save_failed = phase_ != Phase::idle && checkpointer_.has_failed();
}

void RunCheckpoints::follow(const StepVerdict& verdict) {
  if (phase_ == Phase::idle) {
    return;
  }
  if (verdict.save_failed) {
    checkpointer_.cancel();
  }
  if (verdict.all_written) {
    next_phase();
  }
}

void RunCheckpoints::start(std::int64_t step) {
  finish();
  step_ = step;
  try {
    agree(context_.control, [&] {
      if (context_.control.rank() == 0) {
        context_.dir.check_ownership();
        checkpointer_.begin(step, state());
      }
    });
  } catch (const IoError& error) {
    fail(error);
    return;
  }
  checkpointer_.write(step, state());
  phase_ = Phase::writing;
}

void RunCheckpoints::save_now(std::int64_t step) {
  finish();
  last_failed_ = true; // there is no later one to hope for
  start(step);
  finish();
}

void RunCheckpoints::finish() {
  while (phase_ != Phase::idle) {
    checkpointer_.wait();
    context_.control.barrier();
    next_phase();
  }
}

// All ranks come here when nothing of the phase is under way on any.
void RunCheckpoints::next_phase() {
  try {
    agree(context_.control, [&] { checkpointer_.join(); });
  } catch (const IoError& error) {
    fail(error);
    return;
  } catch (...) {
    phase_ = Phase::idle;
    throw;
  }
  if (phase_ == Phase::writing) {
    if (context_.control.rank() == 0) {
      checkpointer_.publish(best_.records());
    }
    phase_ = Phase::publishing;
    return;
  }
  phase_ = Phase::idle;
  last_failed_ = false;
  for (const std::string& problem : checkpointer_.take_problems()) {
    context_.log.warning("the checkpoint of step {} is written, but: {}", step_, problem);
  }
}

void RunCheckpoints::fail(const IoError& failure) {
  phase_ = Phase::idle;
  if (context_.control.rank() == 0) {
    try {
      checkpointer_.discard();
    } catch (const IoError& error) {
      context_.log.warning("what was written of the checkpoint of step {} is left behind: {}", step_, error.what());
    }
  }
  const std::string text =
      fmt::format("the checkpoint of step {} was not written: {}. Earlier ones are untouched", step_, failure.what());
  if (last_failed_) {
    throw as_agreed(IoError(text));
  }
  last_failed_ = true;
  context_.log.warning("{}. Training goes on without it, and ends if the next one fails too", text);
}

} // namespace radforge
