#pragma once

#include "scratch_folder.hpp"

#include "radforge/comm/communicator.hpp"
#include "radforge/comm/watchdog.hpp"
#include "radforge/core/file_system.hpp"

#include <string>
#include <vector>

namespace radforge {

/// What a node can do in the folder that work would write to.
struct FolderTrial {
  std::string problem;     ///< "", or the first thing that it cannot do
  bool is_full = false;    ///< that is for want of room or quota, which is nobody's fault
  int view = 0;            ///< nodes with the same number see each other's files
  bool locks_reach = true; ///< a lock that another node holds is seen
  double write_mb_s = 0;   ///< of one file, fsync included
  double sync_ms = 0;      ///< write, fsync and rename of a file of some bytes: the median of several
  FreeRoom room;
};

/// Every node writes, flushes, renames, reads what others wrote, creates exclusively and locks, as runs do. A result a node, in
/// their order, on all ranks. Collective; a node whose file system does not answer overruns the watchdog's deadline of saving.
std::vector<FolderTrial> try_folder(Communicator& world, Watchdog& watchdog, const std::vector<Node>& nodes,
                                    ScratchFolder& scratch);

} // namespace radforge
