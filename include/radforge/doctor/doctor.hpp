#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/core/log.hpp"
#include "radforge/doctor/diagnosis.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace radforge {

struct DoctorOptions {
  std::filesystem::path folder; ///< that work would write to
  /// Names and versions of what this program was built with, this rank's; they are the same on all.
  std::map<std::string, std::string> versions;
  int threads = 1;         ///< of this rank
  int ranks_per_node = 0;  ///< expected; 0: the same number on all nodes
  double least_gb_s = 0;   ///< that an all-reduce between two nodes must reach; 0: none
  double deadline_s = 120; ///< after which a check that waits for other ranks has failed
};

/// Looks at all that work needs of the nodes of this world, in seconds, and leaves nothing behind. Collective; the result is that
/// of all ranks, on every rank. A node that fails a check is a finding and no error. Errors: CommunicationError; the watchdog
/// ends the world when a rank does not answer.
Diagnosis examine(Communicator& world, const Log& log, const DoctorOptions& options);

} // namespace radforge
