#pragma once

#include "rank_report.hpp"

#include "radforge/comm/communicator.hpp"

#include <string>
#include <vector>

namespace radforge {

/// Whether every node finds the addresses of its own name and of the next node's: "" or what does not resolve, a node, on all
/// ranks. (Every name on every node would be much to ask of a name server.) Collective.
std::vector<std::string> unresolved_names(Communicator& world, const std::vector<Node>& nodes,
                                          const std::vector<RankReport>& ranks);

} // namespace radforge
