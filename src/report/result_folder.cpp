#include "result_folder.hpp"

#include "json_file.hpp"

#include "radforge/config/load.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/evaluate/sweep_record.hpp"

#include <algorithm>

namespace radforge {

namespace {

namespace fs = std::filesystem;

std::string outcome_of(const nlohmann::ordered_json& start) {
  if (!start.contains("exit_code") || !start["exit_code"].is_number_integer()) {
    return "running or killed";
  }
  const int code = start["exit_code"];
  return code == 0 ? "done" : code == 75 ? "stopped" : "failed (" + std::to_string(code) + ")";
}

std::vector<RunStart> starts_of(const fs::path& folder) {
  std::vector<RunStart> starts;
  if (!fs::exists(folder / "run.json")) {
    return starts;
  }
  const nlohmann::ordered_json json = read_json(folder / "run.json");
  for (const auto& start : json.value("starts", nlohmann::ordered_json::array())) {
    const auto build = start.value("build", nlohmann::ordered_json::object());
    starts.push_back({text_of(start, "command"), text_of(start, "started"), text_of(start, "ended"), outcome_of(start),
                      text_of(build, "version"), text_of(build, "git_revision"), text_of(start, "config_digest"),
                      start.value("num_ranks", 1)});
  }
  return starts;
}

// A hidden folder, checkpoints and pipelines hold no results of commands.
void look(const fs::path& folder, const fs::path& root, std::vector<ResultFolder>& found) {
  const std::string below = folder == root ? "" : folder.lexically_relative(root).string();
  const std::string base = fs::absolute(root).lexically_normal().filename().string();
  const std::string name = below.empty() ? base : base + "/" + below;
  if (fs::exists(folder / "config.yaml")) {
    found.push_back({folder, name, below, peek_config(folder / "config.yaml", {}, "task"), read_file(folder / "config.yaml"),
                     starts_of(folder)});
    return;
  }
  if (fs::exists(folder / SweepRecord::file_name)) {
    found.push_back({folder, name, below, "sweep", "", {}});
  }
  std::vector<fs::path> inner;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory() && !entry.is_symlink() && !entry.path().filename().string().starts_with(".")) {
      inner.push_back(entry.path());
    }
  }
  std::ranges::sort(inner);
  for (const fs::path& path : inner) {
    look(path, root, found);
  }
}

} // namespace

bool is_of_sweep(const ResultFolder& folder, const std::vector<ResultFolder>& among) {
  return std::ranges::any_of(
      among, [&](const ResultFolder& other) { return other.task == "sweep" && folder.path.parent_path() == other.path; });
}

std::vector<ResultFolder> find_results(const fs::path& root) {
  std::vector<ResultFolder> found;
  if (!fs::is_directory(root)) {
    throw DataError("{} is no folder (a report is made of folders that radforge has written) name one", root.string());
  }
  look(root, root, found);
  if (found.empty()) {
    throw DataError(
        "no results are in {} (neither it nor a folder below it has a config.yaml) name a run's folder, or one of runs",
        root.string());
  }
  return found;
}

} // namespace radforge
