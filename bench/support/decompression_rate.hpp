#pragma once

#include <cstdint>
#include <vector>

namespace radforge {

/// Images a second that one core decompresses by libdeflate when their streams, of shards' level 4, lie in memory. All are of one
/// size.
double decompression_rate(const std::vector<std::vector<std::uint8_t>>& images);

} // namespace radforge
