#pragma once

#include <array>

/// Constants of the normal transform, see docs/reproducibility.md. Part of the reproducibility contract: another value is another
/// stream of random numbers. tools/golden/normal.py prints the three arrays, lowest power first.
namespace radforge::normal {

/// log1p(y) = y + y^2 * poly(y), sqrt(1/2) - 1 <= y <= sqrt(2) - 1.
inline constexpr std::array log_coefficients = {-0.49999997F,  0.333336711F, -0.250011474F, 0.199720502F,
                                                -0.165884882F, 0.14834787F,  -0.141596466F, 0.0878726542F};

/// |x| = q * poly(w - central_shift), w <= split.
inline constexpr std::array central_coefficients = {4.24662685F,    0.69760406F,      -0.0118154511F,  -0.00354324537F,
                                                    0.00061758532F, -1.40641268e-05F, -9.7976299e-06F, 1.32407536e-06F,
                                                    6.6004084e-08F, -2.52633008e-08F};

/// |x| = poly(sqrt(w) - tail_shift), w > split.
inline constexpr std::array tail_coefficients = {4.62805128F,     1.42413116F,     0.00486960122F,
                                                 -0.00265015452F, 0.000937342411F, -0.000279129366F,
                                                 5.2964966e-05F,  1.78870432e-05F, -1.1999723e-05F};

inline constexpr float split = 5.0F;
inline constexpr float central_shift = 2.5F;
inline constexpr float tail_shift = 3.4375F;
inline constexpr float ln2 = 0x1.62e430p-1F;
inline constexpr int sqrt_half_bits = 0x3f3504f3; ///< bits of the fp32 number nearest to sqrt(1/2)

} // namespace radforge::normal
