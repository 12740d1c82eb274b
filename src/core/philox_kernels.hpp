#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace radforge {

/// A sequence of Philox4x32-10 blocks: the counter of block b is {b, counter[0], counter[1], counter[2]}.
struct PhiloxSequence {
  std::array<std::uint32_t, 2> key{};
  std::array<std::uint32_t, 3> counter{};
  std::uint32_t first_block = 0; ///< where a fill starts
};

/// Block number `block`, by Random123.
std::array<std::uint32_t, 4> block_of(const PhiloxSequence& sequence, std::uint32_t block);

/// Bulk fills on the best instruction set of this machine (Highway's dynamic dispatch), several blocks a vector. The caller sees
/// to it that the block number does not overflow.
void fill_bits_vectorized(const PhiloxSequence& sequence, std::span<std::uint32_t> out);
void fill_normal_vectorized(const PhiloxSequence& sequence, std::span<float> out);

/// Highway's bit mask of the instruction sets that these kernels are compiled for.
std::int64_t compiled_instruction_sets();

} // namespace radforge
