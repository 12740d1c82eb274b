#pragma once

#include "radforge/comm/collective.hpp"
#include "radforge/comm/phase.hpp"

#include <cstdint>

namespace radforge {

/// A collective that a rank entered. Times are of the node's monotonic clock.
struct CollectiveRecord {
  std::int64_t sequence = 0; ///< 1 for the first; 0 for no record
  Collective call;
  std::int64_t step = 0;
  std::int64_t entered_ns = 0;
  std::int64_t finished_ns = 0; ///< 0 while it is under way
};

/// What a rank tells of itself at each change.
struct RankState {
  Phase phase = Phase::start_up;
  std::int32_t left = 0; ///< 1 when its watchdog ended in order
  std::int64_t step = 0;
  std::int64_t since_ns = 0;    ///< when the phase began
  std::int64_t num_entered = 0; ///< collectives
  CollectiveRecord last;        ///< the last one entered
};

} // namespace radforge
