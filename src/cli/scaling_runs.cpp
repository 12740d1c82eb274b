#include "scaling_runs.hpp"

#include "measured_value.hpp"
#include "sweep_table.hpp"
#include "training_scale.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/evaluate/sweep_record.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace radforge {

namespace {

namespace fs = std::filesystem;

constexpr const char* config_file = "config.yaml";

/// A training, and its steps as it was configured.
struct Size {
  ScalingRun run;
  std::int64_t num_steps = 0;
};

class Reader {
 public:
  explicit Reader(const ScalingConfig& config) : config_(config), folder_(config.sweep), record_(read_sweep_record(folder_)) {
    files_.insert(folder_ / SweepRecord::file_name);
  }

  ScalingRuns read() {
    for (const ScalingMeasureConfig& measure : config_.measures) {
      runs_.measures.push_back(read(measure));
    }
    for (const fs::path& file : files_) {
      runs_.inputs += fmt::format("file {} {}\n", file.string(), digest_file(file));
    }
    return std::move(runs_);
  }

 private:
  ScalingMeasure read(const ScalingMeasureConfig& measure) {
    const auto trainings = runs_of(measure.trainings, measure.name);
    if (!measure.entry.empty()) {
      const std::string& task = runs_of(measure.entry, measure.name).front()->task;
      if (task != measure.source) {
        throw ConfigError("measure {}: entry {} has the task {} (the source is {}) correct one of them", measure.name,
                          measure.entry, task, measure.source);
      }
    }
    ScalingMeasure result{measure.name, measure.trend == "rising" ? Trend::rising : Trend::falling, {}};
    std::size_t num_finished = 0;
    std::string problem;
    for (const SweepRecord::Run* training : trainings) {
      const std::optional<Size> size = size_of(*training, measure);
      const SweepRecord::Run* judged = measure.entry.empty() ? training : evaluation_of(*training, measure);
      if (!size || judged == nullptr || !is_finished(*judged)) {
        continue;
      }
      ++num_finished;
      const MeasuredValue value = measured_value(measure, folder_ / judged->name);
      if (!value.missing.empty()) {
        problem = value.missing;
        note(fmt::format("measure {}: run {} is left out: {}", measure.name, judged->name, value.missing));
        continue;
      }
      files_.insert(folder_ / training->name / config_file);
      files_.insert(file_of_measure(measure, folder_ / judged->name));
      if (const fs::path steps = file_of_steps(folder_ / training->name); fs::exists(steps)) {
        files_.insert(steps);
      }
      result.runs.push_back(at_step(*size, value.step > 0 ? value.step : last_step(folder_ / training->name)));
      result.runs.back().value = value.value;
    }
    if (num_finished == 0) {
      throw DataError("measure {}: no run of {} is finished ({} has {}: {}) run the sweep first", measure.name,
                      measure.entry.empty() ? measure.trainings : measure.trainings + " and " + measure.entry, folder_.string(),
                      trainings.size(), fmt::join(runs_.notes, "; "));
    }
    if (result.runs.empty()) {
      throw DataError("measure {}: no run has it ({}) correct its key", measure.name, problem);
    }
    return result;
  }

  std::vector<const SweepRecord::Run*> runs_of(const std::string& entry, const std::string& measure) const {
    std::vector<const SweepRecord::Run*> runs;
    std::set<std::string> entries;
    for (const SweepRecord::Run& run : record_.runs) {
      entries.insert(run.entry);
      if (run.entry == entry) {
        runs.push_back(&run);
      }
    }
    if (runs.empty()) {
      throw ConfigError("measure {}: the sweep {} has no entry '{}' (there are: {}) name one of them", measure, folder_.string(),
                        entry, fmt::join(entries, ", "));
    }
    return runs;
  }

  const SweepRecord::Run* evaluation_of(const SweepRecord::Run& training, const ScalingMeasureConfig& measure) {
    for (const SweepRecord::Run& run : record_.runs) {
      if (run.entry == measure.entry && run.values == training.values) {
        return &run;
      }
    }
    note(fmt::format("run {} is left out of measure {}: {} has no run of the same values", training.name, measure.name,
                     measure.entry));
    return nullptr;
  }

  bool is_finished(const SweepRecord::Run& run) {
    const std::string state = run_state(folder_ / run.name);
    if (state != "done") {
      note(fmt::format("run {} is left out: it is {}", run.name, state));
    }
    return state == "done";
  }

  /// N, D and FLOP of all steps, if the run is finished.
  std::optional<Size> size_of(const SweepRecord::Run& run, const ScalingMeasureConfig& measure) {
    if (const auto found = sizes_.find(run.name); found != sizes_.end()) {
      return found->second;
    }
    if (!is_finished(run)) {
      return sizes_[run.name] = std::nullopt;
    }
    const fs::path folder = folder_ / run.name;
    const auto scale = training_scale(folder / config_file, found_by_training(folder));
    if (!scale) {
      throw ConfigError("measure {}: runs of {} are of the task {} (sizes are those of trainings) name another entry",
                        measure.name, run.entry, run.task);
    }
    if (!scale->assumption.empty()) {
      note(fmt::format("runs of {}: {}", run.entry, scale->assumption));
    }
    const ScalingRun size{run.name, static_cast<double>(scale->num_parameters), static_cast<double>(scale->num_samples),
                          scale->flop, 0};
    return sizes_[run.name] = Size{size, scale->num_steps};
  }

  /// What a training had seen when it was measured: one that stopped early, or was last validated before its end, saw less.
  ScalingRun at_step(const Size& size, std::int64_t step) {
    ScalingRun run = size.run;
    if (step > 0 && step < size.num_steps) {
      const double share = static_cast<double>(step) / static_cast<double>(size.num_steps);
      run.data_size *= share;
      run.flop *= share;
      note(fmt::format("run {}: measured at step {} of {}, and counted with what it had seen", run.name, step, size.num_steps));
    }
    return run;
  }

  void note(const std::string& text) {
    if (std::ranges::find(runs_.notes, text) == runs_.notes.end()) {
      runs_.notes.push_back(text);
    }
  }

  const ScalingConfig& config_;
  fs::path folder_;
  SweepRecord record_;
  std::set<fs::path> files_;
  std::map<std::string, std::optional<Size>> sizes_;
  ScalingRuns runs_;
};

} // namespace

ScalingRuns read_scaling_runs(const ScalingConfig& config) { return Reader(config).read(); }

} // namespace radforge
