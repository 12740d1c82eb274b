#pragma once

#include "rank_report.hpp"

#include "radforge/comm/communicator.hpp"
#include "radforge/comm/watchdog.hpp"

#include <vector>

namespace radforge {

/// How fast ranks add up what they have, the sum of training. Rates are those of the bus: 2 (n - 1) / n times the bytes of a rank
/// over the time of the best of several, which is what the slowest link of a ring carries.
struct RateTrial {
  double latency_us = 0;         ///< of one number over all ranks
  double all_gb_s = 0;           ///< over all ranks
  std::vector<double> node_gb_s; ///< a node with one of its two neighbours, the better one; 0: there is one node
};

/// A pair of nodes at a time is measured by one rank of each, all pairs beside each other, in a ring over all nodes. Collective.
RateTrial try_rates(Communicator& world, Watchdog& watchdog, const std::vector<Node>& nodes);

/// Of a ring over `num_nodes`: in each round every node is in at most one pair.
std::vector<std::vector<std::pair<int, int>>> rounds_of_pairs(int num_nodes);

/// Seconds that each rank's clock is ahead of the first one's, the median of several looks right after a barrier: as exact as a
/// barrier is.
std::vector<double> clock_offsets(Communicator& world);

} // namespace radforge
