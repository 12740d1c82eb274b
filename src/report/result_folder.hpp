#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

/// A start of a command in its folder, as `run.json` has it.
struct RunStart {
  std::string command, started, ended, outcome, version, revision, config_digest;
  int num_ranks = 1;
};

/// A folder that a command has written.
struct ResultFolder {
  std::filesystem::path path;
  std::string name;   ///< "demo/finetune/real-1"
  std::string below;  ///< the same without the folder that was looked through; empty: that folder itself
  std::string task;   ///< "diffusion"; "sweep"
  std::string config; ///< as YAML; of a sweep empty
  std::vector<RunStart> starts;
};

/// Whether it is a run of one of the sweeps among them.
bool is_of_sweep(const ResultFolder& folder, const std::vector<ResultFolder>& among);

/// Whether it has a place of its own in a report: what is of no sweep, and the generations and evaluations of one that has few.
bool is_shown_alone(const ResultFolder& folder, const std::vector<ResultFolder>& among);

struct FoundResults {
  std::vector<ResultFolder> folders; ///< those of a sweep behind it, otherwise by name
  std::vector<std::string> problems; ///< folders that cannot be read, and why
};

/// All at `root`, which is called `name`, and below. Errors: DataError (there is none).
FoundResults find_results(const std::filesystem::path& root, const std::string& name);

/// The shortest last parts of the paths that differ from each other.
std::vector<std::string> names_of(const std::vector<std::filesystem::path>& roots);

} // namespace radforge
