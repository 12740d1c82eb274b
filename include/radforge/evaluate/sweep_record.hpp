#pragma once

#include "radforge/evaluate/sweep_plan.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace radforge {

/// What a sweep's folder says of its runs (`sweep.json`), for who looks at them later.
struct SweepRecord {
  static constexpr const char* file_name = "sweep.json";

  struct Run {
    std::string name;                          ///< and of its folder, "finetune-scratch-1"
    std::string entry;                         ///< "finetune"
    std::string task;                          ///< "classifier"
    std::map<std::string, std::string> values; ///< of each of its axes
  };

  std::vector<std::string> axes; ///< in the order in which they stand in names
  std::vector<Run> runs;

  /// Name of a run without its value of `axis`, so that those that differ in that one alone have it together: "finetune-scratch".
  std::string name_without(const std::string& axis, const Run& run) const;
};

/// Errors: IoError.
void write_sweep_record(const std::filesystem::path& folder, const SweepRecord& record);

/// Errors: DataError (no sweep wrote there, or the file is not of this schema).
SweepRecord read_sweep_record(const std::filesystem::path& folder);

} // namespace radforge
