#pragma once

#include "folder_trial.hpp"
#include "rank_report.hpp"
#include "rate_trial.hpp"

#include "radforge/doctor/diagnosis.hpp"
#include "radforge/doctor/doctor.hpp"

#include <string>
#include <vector>

namespace radforge {

/// All that was found out about a world. Vectors have an element a rank or a node, as named.
struct Observations {
  std::vector<RankReport> ranks;
  std::vector<Node> nodes;
  std::vector<std::string> name_problems; ///< a node: "", or a host name that does not resolve
  std::vector<FolderTrial> folders;       ///< a node
  std::vector<double> clock_offsets;      ///< a rank
  RateTrial rates;

  const RankReport& first_of(const Node& node) const { return ranks[static_cast<std::size_t>(node.ranks.front())]; }
};

/// Pure functions of what was observed, a finding each.
Finding judge_ranks(const Observations& seen, int ranks_per_node);
Finding judge_versions(const Observations& seen);
Finding judge_cores(const Observations& seen);
Finding judge_memory(const Observations& seen);
Finding judge_limits(const Observations& seen);
Finding judge_gpus(const Observations& seen);
Finding judge_ports(const Observations& seen);
Finding judge_names(const Observations& seen);
Finding judge_clocks(const Observations& seen);
Finding judge_variables(const Observations& seen);
Finding judge_folder(const Observations& seen, const std::filesystem::path& folder);
Finding judge_room(const Observations& seen);
Finding judge_rates(const Observations& seen, double least_gb_s);

/// The facts that scripts are told.
std::vector<NodeFacts> facts_of(const Observations& seen);

} // namespace radforge
