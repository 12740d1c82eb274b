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
  std::string name;   ///< "demo/arms/real-1"
  std::string below;  ///< the same without the folder that was looked through; empty: that folder itself
  std::string task;   ///< "diffusion"; "sweep"
  std::string config; ///< as YAML; of a sweep empty
  std::vector<RunStart> starts;
};

/// Whether it is a run of one of the sweeps among them.
bool is_of_sweep(const ResultFolder& folder, const std::vector<ResultFolder>& among);

/// All at `root` and below, those of a sweep behind it, otherwise by name. Errors: DataError (there is none), IoError.
std::vector<ResultFolder> find_results(const std::filesystem::path& root);

} // namespace radforge
