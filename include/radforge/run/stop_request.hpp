#pragma once

#include <filesystem>
#include <string_view>

namespace radforge {

/// Whether somebody asked this run to stop: by the signals USR1 or USR2 (Slurm before the time limit, `scancel --signal`), or by
/// a file. It decides nothing and makes no collective: the ranks agree on a step, save, and end with exit code 75.
///
/// TERM is noted and nothing more. It may come from the crash of another rank, so no collective and no save may follow from it.
///
/// The object installs the handlers and the destructor puts the former ones back; one at a time in a process.
class StopRequest {
 public:
  /// Signals alone.
  StopRequest();
  /// Signals, and the stop file, one rank's business. A file left by an earlier request is removed: a request is for the run
  /// under way.
  explicit StopRequest(std::filesystem::path stop_file);
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  bool requested() const { return !reason().empty(); }
  /// "signal USR1", "signal USR2", "stop file", or empty.
  std::string_view reason() const;
  /// TERM came: for messages only.
  bool terminated() const;

 private:
  std::filesystem::path stop_file_;
};

} // namespace radforge
