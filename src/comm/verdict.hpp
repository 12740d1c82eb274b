#pragma once

#include "radforge/comm/watchdog.hpp"
#include "watch_board.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// The rank that holds a run up and why.
struct Verdict {
  int rank = 0;
  std::string text; ///< "rank 1 on host n7 did not enter all-reduce (...) #12 of step 3 (phase data of step 3 for 12.3 s)"
};

/// Judges a run in which the deadline of some rank passed (comm/watchdog.hpp has the order); `ranks` holds what is known of each.
Verdict judge(std::span<const RankView> ranks, const PhaseDeadlines& deadlines);

/// The rank that made another collective than most under a sequence number, the first such; empty if none did.
std::optional<Verdict> find_mismatch(std::span<const RankView> ranks);

/// Whether a phase lasts longer than its deadline.
bool is_overdue(const RankView& rank, const PhaseDeadlines& deadlines);

/// The verdict, a table of the ranks and their last collectives.
std::string report(const Verdict& verdict, std::span<const RankView> ranks);

} // namespace radforge
