#pragma once

#include "radforge/core/normal_coefficients.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace radforge {

namespace normal {

/// Horner's scheme by fma, the coefficients from `power` on. Each coefficient is a constant of the program, so that no array is
/// read, on a GPU either.
template <const auto& coefficients, std::size_t power = 0>
constexpr float polynomial(float x) {
  constexpr float coefficient = coefficients[power];
  if constexpr (power + 1 == coefficients.size()) {
    return coefficient;
  } else {
    return std::fma(polynomial<coefficients, power + 1>(x), x, coefficient);
  }
}

/// log(a) for a normal, positive number.
constexpr float natural_log(float a) {
  const auto bits = std::bit_cast<std::int32_t>(a);
  const std::int32_t exponent = (bits - sqrt_half_bits) >> 23;
  const float y = std::bit_cast<float>(bits - exponent * (1 << 23)) - 1.0F;
  const float log1p = std::fma(y * y, polynomial<log_coefficients>(y), y);
  return std::fma(static_cast<float>(exponent), ln2, log1p);
}

} // namespace normal

/// The standard normal of one random word, the plain form of the transform (docs/reproducibility.md): what the vector kernels
/// equal bit for bit, what they call where an instruction set has no fused multiply-add, and what runs on GPUs (constexpr
/// functions are functions of the device too). To be compiled without contraction: -ffp-contract=off, --fmad=false.
constexpr float normal_of_word(std::uint32_t word) {
  const bool positive = (word >> 31) != 0;
  const auto magnitude = static_cast<std::int32_t>(positive ? ~word : word);
  const float p = std::fma(static_cast<float>(magnitude), 0x1p-32F, 0x1p-33F);
  const float q = std::fma(static_cast<float>(0x7fffffff - magnitude), 0x1p-32F, 0x1p-33F);
  const float p4 = 4.0F * p;
  const float w = -normal::natural_log(std::fma(-p4, p, p4));
  const float x = w > normal::split ? normal::polynomial<normal::tail_coefficients>(std::sqrt(w) - normal::tail_shift)
                                    : q * normal::polynomial<normal::central_coefficients>(w - normal::central_shift);
  return positive ? x : -x;
}

} // namespace radforge
