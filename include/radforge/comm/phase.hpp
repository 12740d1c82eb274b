#pragma once

#include <string_view>

namespace radforge {

/// What a rank is busy with, as far as a deadline is concerned.
enum class Phase {
  start_up,   ///< everything before the first step
  data,       ///< waiting for a batch
  compute,    ///< forward, backward and the update
  collective, ///< waiting for other ranks
  save,       ///< checkpoints and samples
};

inline constexpr int kNumPhases = 5;

/// "start-up", "data", "compute", "collective" or "save".
std::string_view name(Phase phase);

} // namespace radforge
