#include "result_folder.hpp"

#include "json_file.hpp"

#include "radforge/config/load.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/evaluate/sweep_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

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

class Search {
 public:
  Search(const fs::path& root, const std::string& name, FoundResults& found) : root_(root), name_(name), found_(found) {
    look(root);
  }

 private:
  /// What is damaged in one folder leaves the others where they are.
  void look(const fs::path& folder) {
    const std::string below = folder == root_ ? "" : folder.lexically_relative(root_).string();
    const std::string name = below.empty() ? name_ : name_ + "/" + below;
    try {
      if (const std::string task = fs::exists(folder / "config.yaml") ? peek_config(folder / "config.yaml", {}, "task") : "";
          !task.empty()) {
        found_.folders.push_back({folder, name, below, task, read_file(folder / "config.yaml"), starts_of(folder)});
        return;
      }
      if (fs::exists(folder / SweepRecord::file_name)) {
        found_.folders.push_back({folder, name, below, "sweep", "", {}});
      }
      std::vector<fs::path> inner;
      for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        if (entry.is_directory() && !entry.is_symlink() && !entry.path().filename().string().starts_with(".")) {
          inner.push_back(entry.path());
        }
      }
      std::ranges::sort(inner);
      std::ranges::for_each(inner, [this](const fs::path& path) { look(path); });
    } catch (const std::exception& error) {
      found_.problems.push_back(fmt::format("{} could not be shown ({})", name, error.what()));
    }
  }

  const fs::path& root_;
  const std::string& name_;
  FoundResults& found_;
};

} // namespace

bool is_of_sweep(const ResultFolder& folder, const std::vector<ResultFolder>& among) {
  return std::ranges::any_of(
      among, [&](const ResultFolder& other) { return other.task == "sweep" && folder.path.parent_path() == other.path; });
}

bool is_shown_alone(const ResultFolder& folder, const std::vector<ResultFolder>& among) {
  constexpr std::ptrdiff_t few = 4;
  const bool is_training = folder.task == "autoencoder" || folder.task == "diffusion" || folder.task == "classifier";
  return !is_of_sweep(folder, among) ||
         (!is_training && std::ranges::count_if(among, [&](const ResultFolder& other) {
                            return other.task == folder.task && other.path.parent_path() == folder.path.parent_path();
                          }) <= few);
}

FoundResults find_results(const fs::path& root, const std::string& name) {
  if (!fs::is_directory(root)) {
    throw DataError("{} is no folder (a report is made of folders that radforge has written) name one", root.string());
  }
  FoundResults found;
  const Search search(root, name, found);
  if (found.folders.empty() && found.problems.empty()) {
    throw DataError(
        "no results are in {} (neither it nor a folder below it has a config.yaml) name a run's folder, or one of runs",
        root.string());
  }
  return found;
}

std::vector<std::string> names_of(const std::vector<fs::path>& roots) {
  std::vector<fs::path> rests;
  for (const fs::path& root : roots) {
    const fs::path whole = fs::absolute(root).lexically_normal();
    rests.push_back(whole.has_filename() ? whole : whole.parent_path());
  }
  std::vector<fs::path> names(rests.size());
  do {
    for (std::size_t i = 0; i < rests.size(); ++i) {
      names[i] = names[i].empty() ? rests[i].filename() : rests[i].filename() / names[i];
      rests[i] = rests[i].parent_path();
    }
  } while (std::set<fs::path>(names.begin(), names.end()).size() < names.size() &&
           std::ranges::any_of(rests, [](const fs::path& rest) { return rest.has_relative_path(); }));
  std::vector<std::string> texts;
  std::ranges::transform(names, std::back_inserter(texts), [](const fs::path& name) { return name.string(); });
  return texts;
}

} // namespace radforge
