#pragma once

#include "machine.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// What a rank tells all others of itself.
struct RankReport {
  std::string host;
  std::string node_name; ///< that Slurm has for it; the host name outside of Slurm

  std::string boot_id; ///< tells two machines of one name apart
  std::map<std::string, std::string> versions;
  std::map<std::string, std::int64_t> libraries;
  std::map<std::string, std::string> variables; ///< of communication and threads
  int threads = 1;
  std::int64_t gpus_of_job = -1; ///< that Slurm gave the job on this node; -1: it does not say
  Machine machine;
};

/// As text for a message, and back.
std::string to_text(const RankReport& report);
RankReport rank_report(std::string_view text);

/// A machine of the world, with its ranks in ascending order: the first one acts for it.
struct Node {
  std::string name; ///< as Slurm knows it, with the first rank where two machines have the same
  std::vector<int> ranks;
};

/// In the order of their first ranks.
std::vector<Node> nodes_of(const std::vector<RankReport>& reports);

} // namespace radforge
