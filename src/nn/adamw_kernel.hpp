#pragma once

#include "element.hpp"

#include <cstddef>

namespace radforge {

/// What one step multiplies and adds, rounded to fp32 once.
struct AdamWFactors {
  float gradient; ///< clipping
  float decay;    ///< 1 - learning rate * weight decay
  float rest1;    ///< 1 - beta1
  float beta2;
  float rest2;           ///< 1 - beta2
  float size;            ///< -learning rate / (1 - beta1^t)
  float root_correction; ///< 1 / sqrt(1 - beta2^t)
  float epsilon;
  float average; ///< 1 - decay of the moving average
  float skip;    ///< not 0: nothing is to change; what starts a kernel asks, on a GPU the kernel itself
};

/// Elements of the flat buffers.
struct AdamWSpan {
  float* weights;
  const float* gradient;
  float* first_moment;
  float* second_moment;
  float* average;
  Bf16* working; ///< or null
  std::size_t count;

  AdamWSpan part(std::size_t first, std::size_t size) const {
    return {weights + first,
            gradient + first,
            first_moment + first,
            second_moment + first,
            average + first,
            working == nullptr ? nullptr : working + first,
            size};
  }
};

/// adamw_step() and average_step() of radforge/nn/adamw.hpp.
void adamw_kernel(const AdamWFactors& factors, const AdamWSpan& span);
void average_kernel(const AdamWFactors& factors, const AdamWSpan& span);

} // namespace radforge
