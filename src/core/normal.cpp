#include "normal.hpp"

#include "normal_coefficients.hpp"

#include <bit>
#include <cmath>
#include <span>

namespace radforge {
namespace {

float polynomial(std::span<const float> coefficients, float x) {
  float sum = coefficients.back();
  for (std::size_t i = coefficients.size() - 1; i-- > 0;) {
    sum = std::fma(sum, x, coefficients[i]);
  }
  return sum;
}

/// log(a) for a normal, positive number.
float natural_log(float a) {
  const auto bits = std::bit_cast<std::int32_t>(a);
  const std::int32_t exponent = (bits - normal::sqrt_half_bits) >> 23;
  const float y = std::bit_cast<float>(bits - exponent * (1 << 23)) - 1.0F;
  const float log1p = std::fma(y * y, polynomial(normal::log_coefficients, y), y);
  return std::fma(static_cast<float>(exponent), normal::ln2, log1p);
}

} // namespace

float normal_of_word(std::uint32_t word) {
  const bool positive = (word >> 31) != 0;
  const auto magnitude = static_cast<std::int32_t>(positive ? ~word : word);
  const float p = std::fma(static_cast<float>(magnitude), 0x1p-32F, 0x1p-33F);
  const float q = std::fma(static_cast<float>(0x7fffffff - magnitude), 0x1p-32F, 0x1p-33F);
  const float p4 = 4.0F * p;
  const float w = -natural_log(std::fma(-p4, p, p4));
  const float x = w > normal::split ? polynomial(normal::tail_coefficients, std::sqrt(w) - normal::tail_shift)
                                    : q * polynomial(normal::central_coefficients, w - normal::central_shift);
  return positive ? x : -x;
}

} // namespace radforge
