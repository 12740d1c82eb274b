#pragma once

#include "element.hpp"

#include "radforge/nn/norm_activation.hpp"

#include <cstddef>

namespace radforge {

/// Rows of C channels of one sample, channels beside each other. The functions below are given rows of one chunk.
struct NormRows {
  std::size_t count;
  std::size_t channels;
};

/// What each channel of a sample is multiplied with and shifted by; arrays of C. The normalised value is scale * x + offset, the
/// output's argument weight * that + bias.
struct NormChannels {
  const float* scale;
  const float* offset;
  const float* weight;
  const float* bias;
};

/// Adds up x - pivot and its square over the rows, channel by channel.
void norm_moments(const NormRows& rows, const float* x, const float* pivot, float* sums, float* squares);
void norm_moments(const NormRows& rows, const Bf16* x, const float* pivot, float* sums, float* squares);

/// y = activation(weight * (scale * x + offset) + bias).
void norm_forward(const NormRows& rows, NormActivation activation, const NormChannels& channels, const float* x, float* y);
void norm_forward(const NormRows& rows, NormActivation activation, const NormChannels& channels, const Bf16* x, Bf16* y);

/// What backward adds up over rows, channel by channel: the gradient dz of the activation's argument, dz * normalised, and the
/// normalised value.
struct NormSums {
  float* gradient;
  float* product;
  float* normalised;
};

/// The sums, which are overwritten; dz goes to `dx`.
void norm_backward_sums(const NormRows& rows, NormActivation activation, const NormChannels& channels, const float* x,
                        const float* dy, float* dx, const NormSums& sums);
void norm_backward_sums(const NormRows& rows, NormActivation activation, const NormChannels& channels, const Bf16* x,
                        const Bf16* dy, Bf16* dx, const NormSums& sums);

/// dx = from_dz * dz + from_x * x + constant, with dz in `dx`; arrays of C.
struct NormGradient {
  const float* from_dz;
  const float* from_x;
  const float* constant;
};

void norm_backward(const NormRows& rows, const NormGradient& gradient, const float* x, float* dx);
void norm_backward(const NormRows& rows, const NormGradient& gradient, const Bf16* x, Bf16* dx);

} // namespace radforge
