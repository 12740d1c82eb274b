#include "evaluated_sweep.hpp"

#include "radforge/core/error.hpp"
#include "radforge/evaluate/sweep_record.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

namespace radforge {

namespace {

namespace fs = std::filesystem;

/// In the order of the record.
std::vector<std::string> classifier_entries(const SweepRecord& record) {
  std::vector<std::string> entries;
  for (const SweepRecord::Run& run : record.runs) {
    if (run.task == "classifier" && std::ranges::find(entries, run.entry) == entries.end()) {
      entries.push_back(run.entry);
    }
  }
  return entries;
}

EvaluatedModelConfig model_of(const EvaluationConfig& config, const SweepRecord& record, const SweepRecord::Run& run) {
  EvaluatedModelConfig model{.name = run.name, .predictions = {}, .network = "", .columns = {}, .arm = ""};
  if (run.values.contains(config.sweep.seed_axis)) {
    model.arm = record.name_without(config.sweep.seed_axis, run);
  }
  const fs::path folder = fs::path(config.sweep.folder) / run.name;
  const fs::path wanted = folder / (config.images.empty() ? "pipeline/predictions.h5" : "pipeline/classifier/config.json");
  if (!fs::exists(wanted)) {
    throw DataError("{} is not there (the sweep has not finished this run{}) run the sweep to its end, or list other entries",
                    wanted.string(), config.images.empty() ? ", or it predicts nothing" : "");
  }
  if (config.images.empty()) {
    model.predictions = {wanted.string()};
  } else {
    model.network = folder.string();
  }
  return model;
}

} // namespace

EvaluationConfig with_sweep(EvaluationConfig config) {
  if (config.sweep.folder.empty()) {
    return config;
  }
  const SweepRecord record = read_sweep_record(config.sweep.folder);
  const std::vector<std::string> known = classifier_entries(record);
  if (known.empty()) {
    throw DataError("{} trains no classifiers (its runs are of other tasks) name a sweep that does", config.sweep.folder);
  }
  if (config.sweep.seed_axis != EvaluatedSweepConfig().seed_axis &&
      std::ranges::find(record.axes, config.sweep.seed_axis) == record.axes.end()) {
    throw ConfigError("{} has no axis '{}' (there are {}) correct sweep.seed_axis", config.sweep.folder, config.sweep.seed_axis,
                      fmt::join(record.axes, ", "));
  }
  for (const std::string& entry : config.sweep.entries.empty() ? known : config.sweep.entries) {
    if (std::ranges::find(known, entry) == known.end()) {
      throw ConfigError("{} trains no classifiers as '{}' (there are {}) correct sweep.entries", config.sweep.folder, entry,
                        fmt::join(known, ", "));
    }
    for (const SweepRecord::Run& run : record.runs) {
      if (run.entry == entry) {
        config.models.push_back(model_of(config, record, run));
      }
    }
  }
  for (const EvaluatedModelConfig& model : config.models) {
    const auto num_alike = std::ranges::count_if(
        config.models, [&](const EvaluatedModelConfig& other) { return other.name == model.name || other.arm == model.name; });
    if (num_alike > 1) {
      throw ConfigError("two models, or a model and an arm, have the name '{}' (their rows would be mixed) rename one",
                        model.name);
    }
  }
  return config;
}

} // namespace radforge
