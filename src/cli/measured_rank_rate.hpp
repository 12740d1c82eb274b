#pragma once

#include <filesystem>

namespace radforge {

/// FLOP/s that each rank of a training reached in forward and backward: the median of the lines of `run`/timing.jsonl but the
/// first, which holds start-up. Errors: DataError, ConfigError.
double measured_rank_rate(const std::filesystem::path& run);

} // namespace radforge
