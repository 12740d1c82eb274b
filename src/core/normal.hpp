#pragma once

#include <cstdint>

namespace radforge {

/// The standard normal of one random word, the plain form of the transform (docs/reproducibility.md): what the vector kernels
/// equal bit for bit, and what they call where an instruction set has no fused multiply-add.
float normal_of_word(std::uint32_t word);

} // namespace radforge
