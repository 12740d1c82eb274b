#pragma once

#include "radforge/core/philox_sequence.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace radforge {

/// Block number `block`, by Random123.
std::array<std::uint32_t, 4> block_of(const PhiloxSequence& sequence, std::uint32_t block);

/// Bulk fills on the best instruction set of this machine (Highway's dynamic dispatch), several blocks a vector. The caller sees
/// to it that the block number does not overflow.
void fill_bits_vectorized(const PhiloxSequence& sequence, std::span<std::uint32_t> out);
void fill_normal_vectorized(const PhiloxSequence& sequence, std::span<float> out);

/// Highway's bit mask of the instruction sets that these kernels are compiled for.
std::int64_t compiled_instruction_sets();

} // namespace radforge
