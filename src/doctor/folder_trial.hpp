#pragma once

#include "rank_report.hpp"

#include "radforge/comm/communicator.hpp"
#include "radforge/core/file_system.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

/// What a node can do in the folder that work would write to.
struct FolderTrial {
  std::string problem;     ///< "", or the first thing that it cannot do
  bool sees_others = true; ///< the files of the largest group of nodes that see each other's
  bool locks_reach = true; ///< a lock that another node holds is seen
  double write_mb_s = 0;   ///< of one file, fsync included
  double sync_ms = 0;      ///< write, fsync and rename of a file of some bytes: the median of several
  FreeRoom room;
};

/// Every node makes the folder if it is not there, and in it writes, flushes, renames, reads what others wrote, creates
/// exclusively and locks, as runs do; nothing stays. A result a node, in their order, on all ranks. Collective.
std::vector<FolderTrial> try_folder(Communicator& world, const std::vector<Node>& nodes, const std::filesystem::path& folder);

} // namespace radforge
