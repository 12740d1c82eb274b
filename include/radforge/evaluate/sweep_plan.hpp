#pragma once

#include "radforge/config/sweep_config.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace radforge {

/// One run of a sweep, as a person would start it by hand.
struct SweepRun {
  std::string name;                          ///< "finetune-scratch-1"
  std::string entry;                         ///< of the configuration, "finetune"
  std::map<std::string, std::string> values; ///< of each of its axes
  std::filesystem::path config;              ///< file
  std::vector<std::string> overrides;        ///< "path.key=value", in the order in which they take effect
  std::filesystem::path output;              ///< <sweep>/<name>
  std::optional<std::size_t> after;          ///< run that must be finished before
};

/// All runs of a sweep whose folder is `sweep`, in the order of the file, axes turning from the last on. Errors: ConfigError (two
/// runs of one name, an axis or a run that is not there, a circle, an unknown word in braces).
std::vector<SweepRun> plan_sweep(const SweepConfig& config, const std::filesystem::path& sweep);

/// Of each run its cost and that of the longest chain of runs behind it: who starts the largest first is done soonest.
std::vector<double> chain_costs(const std::vector<SweepRun>& runs, const std::vector<double>& costs);

/// Shares the chains of runs out over `num_parts`, the most expensive first to who has least, those of cost 0, unknown, evenly;
/// the part of each run, from 0.
std::vector<int> share_out(const std::vector<SweepRun>& runs, const std::vector<double>& costs, int num_parts);

} // namespace radforge
