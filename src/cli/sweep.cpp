#include "command.hpp"
#include "resolved_config.hpp"
#include "sweep_board.hpp"
#include "sweep_table.hpp"
#include "training_scale.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/config/load.hpp"
#include "radforge/config/sweep_config.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/failure.hpp"
#include "radforge/evaluate/sweep_plan.hpp"
#include "radforge/evaluate/sweep_record.hpp"
#include "radforge/run/run_dir.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

namespace radforge {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds look_again{200};

/// The runs of a sweep as this start sees them.
struct Sweep {
  SweepConfig config;
  std::vector<SweepRun> runs;
  std::vector<std::string> tasks;
  std::vector<std::string> configs; ///< resolved
  std::vector<double> costs;
  std::vector<std::size_t> order; ///< of this part's runs, the longest chain first
};

Sweep load_sweep(const CommandLine& line) {
  Sweep sweep;
  load_config(line.config, {}, [&](Schema& schema) { describe(schema, sweep.config); });
  sweep.runs = plan_sweep(sweep.config, line.output);
  for (SweepRun& run : sweep.runs) { // all of them now: not the last one after hours
    run.overrides.insert(run.overrides.end(), line.overrides.begin(), line.overrides.end());
    try {
      sweep.tasks.push_back(peek_config(run.config, run.overrides, "task"));
      sweep.configs.push_back(resolved_config(run.config, run.overrides));
      command_of_task(sweep.tasks.back());
      const auto scale = training_scale(run.config, run.overrides);
      sweep.costs.push_back(scale ? scale->flop : 0); // what is no training is short, and waits for one
    } catch (const ConfigError& error) {
      throw ConfigError("sweep: run {}: {}", run.name, error.what());
    }
  }
  const std::vector<double> chains = chain_costs(sweep.runs, sweep.costs);
  const std::vector<int> parts = share_out(sweep.runs, sweep.costs, line.num_array_tasks);
  for (std::size_t i = 0; i < sweep.runs.size(); ++i) {
    if (line.array_task == 0 || parts[i] == line.array_task - 1) {
      sweep.order.push_back(i);
    }
  }
  std::ranges::stable_sort(sweep.order, std::greater(), [&](std::size_t i) { return chains[i]; });
  return sweep;
}

SweepRecord record_of(const Sweep& sweep) {
  SweepRecord record;
  for (const SweepAxisConfig& axis : sweep.config.axes) {
    record.axes.push_back(axis.name);
  }
  for (std::size_t i = 0; i < sweep.runs.size(); ++i) {
    record.runs.push_back({sweep.runs[i].name, sweep.runs[i].entry, sweep.tasks[i], sweep.runs[i].values});
  }
  return record;
}

/// One group of ranks, which takes runs until none is left.
class Group {
 public:
  Group(const CommandContext& context, const Sweep& sweep, Communicator& ranks, const SweepBoard& board)
      : context_(context), sweep_(sweep), ranks_(ranks), board_(board) {}

  void work() {
    for (std::int64_t index = next(); index >= 0; index = next()) {
      take(static_cast<std::size_t>(index));
    }
  }

 private:
  /// Of a run that is this group's from now on; -1: there is nothing more to do. The first rank looks, all hear.
  std::int64_t next() {
    std::string found;
    agree(ranks_, [&] {
      if (ranks_.rank() == 0) {
        found = std::to_string(find());
      }
    });
    return std::stoll(broadcast(ranks_, found));
  }

  std::int64_t find() const {
    while (!context_.stop.requested()) {
      bool waiting = false;
      for (const std::size_t index : sweep_.order) {
        const SweepRun& run = sweep_.runs[index];
        if (board_.state_of(run.name) != RunEnd::open) {
          continue;
        }
        const RunEnd before = run.after ? board_.state_of(sweep_.runs[*run.after].name) : RunEnd::done;
        if (before == RunEnd::open || before == RunEnd::taken) {
          waiting = true;
          continue;
        }
        if (!board_.take(run.name)) {
          continue;
        }
        if (before == RunEnd::done) {
          return static_cast<std::int64_t>(index);
        }
        const std::string reason = fmt::format("{} has {}", sweep_.runs[*run.after].name, name_of(before));
        board_.end(run.name, before == RunEnd::stopped ? RunEnd::stopped : RunEnd::skipped, reason);
        context_.log.local(LogLevel::warning, fmt::format("[{}] skipped: {}", run.name, reason));
        return find(); // others may have waited for it
      }
      if (!waiting) {
        break;
      }
      std::this_thread::sleep_for(look_again);
    }
    return -1;
  }

  void take(std::size_t index) {
    const SweepRun& run = sweep_.runs[index];
    const Log log(ranks_.rank(), ranks_.size(), run.name);
    const Command& command = command_of_task(sweep_.tasks[index]);
    CommandLine line;
    line.command = command.name;
    line.config = run.config;
    line.overrides = run.overrides;
    line.output = run.output;
    const Stopwatch time;
    RunEnd end = RunEnd::done;
    std::string reason;
    try {
      command.run({line, ranks_, log, context_.stop, context_.node, false});
    } catch (...) {
      const Failure failure = current_failure();
      if (!failure.agreed && ranks_.size() > 1) {
        throw; // the other ranks of the group are somewhere else
      }
      end = failure.code == ExitCode::stopped ? RunEnd::stopped : RunEnd::failed;
      reason = fmt::format("exit code {}: {}", static_cast<int>(failure.code), failure.text);
    }
    agree(ranks_, [&] {
      if (ranks_.rank() == 0) {
        board_.end(run.name, end, reason);
      }
    });
    if (end == RunEnd::failed) {
      log.all(LogLevel::error, reason);
    } else {
      log.info("{} after {:.0f} s", name_of(end), time.seconds());
    }
  }

  const CommandContext& context_;
  const Sweep& sweep_;
  Communicator& ranks_;
  const SweepBoard& board_;
};

// A folder of this start, in which the runs that are finished already are done. What a killed start left goes.
fs::path make_board(const CommandContext& context, const Sweep& sweep, const RunDir& part) {
  fs::path folder = part.path() / fmt::format("start-{}", part.epoch());
  agree(context.world, [&] {
    if (context.world.rank() != 0) {
      return;
    }
    for (const fs::directory_entry& entry : fs::directory_iterator(part.path())) {
      if (entry.is_directory()) {
        fs::remove_all(entry.path());
      }
    }
    fs::create_directory(folder);
    const SweepBoard board(folder);
    for (const std::size_t index : sweep.order) {
      const SweepRun& run = sweep.runs[index];
      if (is_finished(run, sweep.configs[index])) {
        board.end(run.name, RunEnd::done, "by an earlier start");
        context.log.info("[{}] is done already", run.name);
      }
    }
  });
  return folder;
}

void run_all(const CommandContext& context) {
  Communicator& world = context.world;
  Sweep sweep;
  agree(world, [&] { sweep = load_sweep(context.line); });
  const auto ranks_per_run = static_cast<int>(sweep.config.ranks_per_run);
  if (world.size() % ranks_per_run != 0) {
    throw as_agreed(ConfigError("{} ranks make no groups of {} (each run gets ranks_per_run of them) start a multiple",
                                world.size(), ranks_per_run));
  }
  // Owned, so that one start at a time is at it; the runs' folders have owners of their own.
  const RunDir part(context.line.output / ".sweep" /
                        fmt::format("part-{}-of-{}", context.line.array_task, context.line.num_array_tasks),
                    world, context.log, {.stop = &context.stop});
  const fs::path folder = make_board(context, sweep, part);
  const SweepBoard board(folder);
  agree(world, [&] {
    if (world.rank() == 0) {
      write_sweep_record(context.line.output, record_of(sweep));
    }
  });
  context.log.info("{} runs, {} at a time on {} ranks each", sweep.order.size(), world.size() / ranks_per_run, ranks_per_run);
  const std::unique_ptr<Communicator> ranks = world.split(world.rank() / ranks_per_run);
  Group(context, sweep, *ranks, board).work();

  // Asleep until all are there: a barrier would keep a core busy that others still need.
  agree(world, [&] {
    if (ranks->rank() == 0) {
      board.end("group-" + std::to_string(world.rank()), RunEnd::done);
      for (int group = 0; group < world.size(); group += ranks_per_run) {
        while (board.state_of("group-" + std::to_string(group)) != RunEnd::done) {
          std::this_thread::sleep_for(look_again);
        }
      }
    }
  });
  std::size_t num_done = 0;
  std::size_t num_stopped = 0;
  std::string problems;
  agree(world, [&] {
    if (world.rank() != 0) {
      return;
    }
    for (const std::size_t index : sweep.order) {
      const SweepRun& run = sweep.runs[index];
      const RunEnd end = board.state_of(run.name);
      num_done += end == RunEnd::done ? 1 : 0;
      num_stopped += end == RunEnd::open || end == RunEnd::stopped ? 1 : 0;
      if (end == RunEnd::failed || end == RunEnd::skipped) {
        const std::string reason = board.reason_of(run.name); // its first line: the rest was told when it happened
        problems += fmt::format("\n  {} {}: {}", run.name, name_of(end), reason.substr(0, reason.find('\n')));
      }
    }
  });
  const std::string verdict = broadcast(world, fmt::format("{} of {} runs are done", num_done, sweep.order.size()) + problems);
  const std::string kind = broadcast(world, !problems.empty() ? "problems" : num_stopped > 0 ? "stopped" : "done");
  agree(world, [&] {
    if (world.rank() == 0) {
      fs::remove_all(folder);
    }
  });
  if (kind == "problems") {
    throw as_agreed(DataError(
        "{}\n(a run ended with an error, or what it waits for did) mend the cause, and the same command goes on", verdict));
  }
  if (kind == "stopped") {
    throw as_agreed(StoppedError("stopped on request: {}. The same command continues", verdict));
  }
  context.log.info("{}", verdict);
  if (world.rank() == 0) {
    std::fputs(sweep_table(sweep.runs).c_str(), stdout);
  }
}

} // namespace

void run_sweep(const CommandContext& context) {
  if (!context.line.shows_status) {
    return run_all(context);
  }
  if (context.world.rank() == 0) {
    std::fputs(sweep_table(load_sweep(context.line).runs).c_str(), stdout);
  }
}

} // namespace radforge
