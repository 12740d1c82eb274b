#pragma once

#include "radforge/comm/communicator.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace radforge {

struct SlowRank {
  int rank = 0;
  std::string host;
  double factor = 1; ///< times the median rank's step time
};

struct SlowRankOptions {
  /// A rank is slow below this relative speed: the median rank's step time over its own.
  double least_speed = 0.7;
  /// With fewer steps on any rank there is no verdict.
  std::int64_t least_steps = 10;
  /// Nor where the difference is less than this, in seconds a step: very short steps are mostly noise.
  double least_difference_s = 0.005;
};

/// The work of one rank in an interval, without waiting for other ranks: their slowness is not its own. A rank's time of a step
/// is the *median* of its steps, so that a few steps that the machine disturbed say nothing.
class StepTimes {
 public:
  void add(double seconds) { seconds_.push_back(seconds); }
  std::int64_t count() const { return static_cast<std::int64_t>(seconds_.size()); }
  /// Seconds; 0 without steps.
  double median() const;
  void clear() { seconds_.clear(); }

 private:
  std::vector<double> seconds_;
};

/// The ranks that are slower than the median of all ranks (the lower one of an even number, so that of two ranks the slower can
/// be found), by rank. `median_s` and `hosts` have an element a rank; `num_steps` is the least of any rank. Errors: InternalError
/// for unlike sizes.
std::vector<SlowRank> find_slow_ranks(std::span<const double> median_s, std::int64_t num_steps,
                                      std::span<const std::string> hosts, const SlowRankOptions& options = {});

/// The same for all ranks from each one's own times; collective, equal on all ranks.
std::vector<SlowRank> find_slow_ranks(Communicator& ranks, const StepTimes& mine, const SlowRankOptions& options = {});

/// "rank 2 on host n7 takes 1.8 times as long as the median rank".
std::string describe(const SlowRank& rank);

} // namespace radforge
