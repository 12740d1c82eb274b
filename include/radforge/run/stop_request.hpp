#pragma once

#include <filesystem>
#include <string_view>

namespace radforge {

/// Whether somebody asked this run to stop: by the signals USR1 or USR2 (Slurm before the time limit, `scancel --signal`), or by
/// a file. It decides nothing and makes no collective: the ranks agree on a step, save, and end with exit code 75.
///
/// TERM keeps its default action, the end of the process. It may come from the crash of another rank, so no collective and no
/// save may follow from it.
///
/// The object installs the handlers and the destructor puts the former ones back; one at a time in a process.
class StopRequest {
 public:
  StopRequest();
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  /// Looks for this file too, one rank's business. A file left by an earlier request is removed: a request is for the run under
  /// way. Errors: IoError.
  void watch_file(std::filesystem::path stop_file);
  /// The folder of the file is no longer ours.
  void forget_file() { stop_file_.clear(); }

  bool requested() const { return !reason().empty(); }
  /// "signal USR1", "signal USR2", "stop file", or empty.
  std::string_view reason() const;

 private:
  std::filesystem::path stop_file_;
};

} // namespace radforge
