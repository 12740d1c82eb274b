#include "sweep_table.hpp"

#include "resolved_config.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace radforge {

namespace {

namespace fs = std::filesystem;

/// The last validation, from the lines of metrics.
std::string metrics_of(const fs::path& folder) {
  const fs::path path = folder / "metrics.jsonl";
  if (!fs::exists(path)) {
    return "";
  }
  const std::string text = read_file(path);
  std::string step;
  std::string validation;
  for (std::size_t place = 0; place < text.size();) {
    const std::size_t end = std::min(text.find('\n', place), text.size());
    const auto json = nlohmann::json::parse(text.substr(place, end - place), nullptr, false);
    place = end + 1;
    if (!json.is_object() || !json.contains("step")) {
      continue;
    }
    step = fmt::format("step {}", json["step"].get<std::int64_t>());
    for (const char* name : {"validation_auroc", "validation_mean_absolute_error", "validation_loss"}) {
      if (const auto found = json.find(name); found != json.end() && found->is_number()) {
        validation = fmt::format(", {} {:.4f}", name, found->get<double>());
        break;
      }
    }
  }
  return step + validation;
}

} // namespace

std::string run_state(const fs::path& folder) {
  const fs::path record = folder / "run.json";
  if (!fs::exists(record)) {
    return "open";
  }
  const auto json = nlohmann::json::parse(read_file(record), nullptr, false);
  if (!json.is_object() || !json.contains("starts") || json["starts"].empty()) {
    return "open";
  }
  const auto& last = json["starts"].back();
  const auto code = last.find("exit_code");
  if (code == last.end() || !code->is_number_integer()) {
    return "running or killed";
  }
  return *code == 0 ? "done" : *code == 75 ? "stopped" : fmt::format("failed ({})", code->get<int>());
}

bool is_finished(const SweepRun& run, const std::string& resolved_config) {
  const fs::path config = run.output / "config.yaml";
  if (run_state(run.output) != "done" || !fs::exists(config)) {
    return false;
  }
  try { // resolved again: what a later version has added stands at its default, as it did
    return radforge::resolved_config(config, {}) == resolved_config;
  } catch (const ConfigError&) {
    return false;
  }
}

std::string sweep_table(const std::vector<SweepRun>& runs) {
  std::size_t width = 3;
  for (const SweepRun& run : runs) {
    width = std::max(width, run.name.size());
  }
  std::string text = fmt::format("{:<{}}  {:<17}  {}\n", "run", width, "state", "last");
  for (const SweepRun& run : runs) {
    std::string line = fmt::format("{:<{}}  {:<17}  {}", run.name, width, run_state(run.output), metrics_of(run.output));
    text += line.erase(line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

} // namespace radforge
