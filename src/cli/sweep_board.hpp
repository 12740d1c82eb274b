#pragma once

#include <filesystem>
#include <string>

namespace radforge {

enum class RunEnd {
  open,  ///< nobody has begun it
  taken, ///< under way
  done,
  failed,
  skipped, ///< what it waits for has failed
  stopped, ///< on request: the same command continues it
};
const char* name_of(RunEnd end);

/// What the groups of one start of a sweep tell each other, in files: a run is taken by whoever creates its file first. On a
/// shared file system it works over nodes, and no group waits for another one's messages while it trains.
class SweepBoard {
 public:
  /// `folder` is of this start alone and is there. Errors of all: IoError.
  explicit SweepBoard(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// False: somebody else has it.
  bool take(const std::string& run) const;
  void end(const std::string& run, RunEnd end, const std::string& reason = "") const;
  RunEnd state_of(const std::string& run) const;
  std::string reason_of(const std::string& run) const;

 private:
  std::filesystem::path folder_;
};

} // namespace radforge
