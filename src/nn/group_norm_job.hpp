#pragma once

#include "radforge/nn/norm_activation.hpp"

#include <algorithm>
#include <cstdint>

namespace radforge {

/// Samples of rows of channels, channels beside each other, and the chunks of rows that blocks of threads take. The cut depends
/// on the shape of one sample alone, so that its bits do not depend on the batch that it is in.
struct NormLayout {
  constexpr NormLayout(std::int64_t num_samples, std::int64_t num_rows, std::int64_t num_channels, std::int64_t num_groups)
      : samples(num_samples), rows(num_rows), channels(num_channels), width(num_channels / num_groups) {
    constexpr std::int64_t elements = 1 << 15; // of a chunk: some turns a thread, and sums that are few beside what they are of
    constexpr std::int64_t most_chunks = 128;  // one thread adds up those of a channel
    rows_in_chunk = std::max({elements / channels, (rows + most_chunks - 1) / most_chunks, std::int64_t{1}});
    chunks = (rows + rows_in_chunk - 1) / rows_in_chunk;
  }

  std::int64_t samples;
  std::int64_t rows;
  std::int64_t channels;
  std::int64_t width; ///< channels of a group
  std::int64_t rows_in_chunk = 1;
  std::int64_t chunks = 1;
};

/// activation(weight * n + bias), n being x + shift normalised over the elements of a group; memory of a device. T: float or
/// Bf16.
template <class T>
struct NormForwardJob {
  NormLayout layout;
  double epsilon;
  NormActivation activation;
  const T* x;      ///< samples x rows x channels
  const T* weight; ///< channels
  const T* bias;
  const T* shift;  ///< samples x channels, or null
  float* sums;     ///< room for samples x chunks x 2 x channels
  double* moments; ///< room for samples x 2 x channels
  /// Samples x 3 x channels: n = scale x + offset, and the sum of n over the rows.
  float* scales;
  T* y;
};

template <class T>
struct NormBackwardJob {
  NormLayout layout;
  NormActivation activation;
  const T* x;
  const T* dy;
  const T* weight;
  const T* bias;
  const float* scales; ///< of forward
  float* sums;         ///< room for samples x chunks x 2 x channels
  float* totals;       ///< room for samples x 2 x channels
  float* factors;      ///< room for samples x 3 x channels
  T* dx;
  T* bias_and_weight_gradient; ///< 2 x channels
  T* shift_gradient;           ///< samples x channels, or null
};

} // namespace radforge
