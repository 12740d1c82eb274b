#pragma once

#include "radforge/core/philox.hpp"

#include <array>
#include <cstdint>

namespace radforge {

/// The random words of a key as Philox sees them, for kernels: the counter of block b is {b, counter[0], counter[1], counter[2]}.
struct PhiloxSequence {
  std::array<std::uint32_t, 2> key{};
  std::array<std::uint32_t, 3> counter{};
  std::uint32_t first_block = 0; ///< where a fill starts
};

PhiloxSequence sequence_of(const RandomKey& key, std::uint32_t first_block = 0);

} // namespace radforge
