#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/metrics/group_ranking.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <vector>

namespace radforge {

/// Counts of the groups in several draws: [lane][group].
using CountsOfLanes = std::array<std::vector<GroupCounts>, GroupRanking::num_lanes>;

/// The results of `count` draws, as many as there are lanes from each call of `look(first)`, which threads make at once. Ranks
/// share the calls, and all get all. Collective.
std::vector<std::vector<GroupCounts>> shared_counts(std::size_t count, std::size_t num_groups,
                                                    const std::function<CountsOfLanes(std::size_t first)>& look,
                                                    Communicator& ranks, int num_threads);

} // namespace radforge
