#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/core/file_descriptor.hpp"
#include "watch_board.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <thread>
#include <vector>

namespace radforge {

/// What the ranks of several nodes tell each other, through a folder that all of them see. Every rank writes what it sees on its
/// node, itself and its neighbours, into `watchdog-rank-<r>.status`: so a stopped rank is reported by its neighbours, and the
/// last of all the records of a rank counts. A few kB a second and rank are written, and nothing is read before a verdict. Memory
/// mappings are not coherent between nodes, hence pwrite and pread; a record with a wrong hash was caught half written, and is
/// skipped. Clocks of nodes are not compared.
class StatusFiles {
 public:
  /// Collective. `board` outlives this. Errors: IoError.
  StatusFiles(Communicator& world, const WatchBoard& board, std::filesystem::path folder);
  ~StatusFiles();
  StatusFiles(const StatusFiles&) = delete;
  StatusFiles& operator=(const StatusFiles&) = delete;

  /// Fills in the views that are not known yet. Looks twice, more than a second apart: a rank of which nothing was written
  /// meanwhile gives no sign of life. May block as the file system does.
  void fill_in(std::vector<RankView>& ranks) const;

 private:
  struct Record;
  std::filesystem::path path_of(int rank) const;
  void publish() const;
  /// The last record of each rank; empty for none.
  std::vector<std::optional<Record>> read_all() const;

  const WatchBoard& board_;
  std::filesystem::path folder_;
  int rank_;
  int num_ranks_;
  std::uint64_t run_ = 0; ///< tells this run's records from those of an earlier one
  std::optional<FileDescriptor> file_;
  std::jthread thread_; ///< last member: writes, since a dead file system must not stop the watchdog
};

} // namespace radforge
