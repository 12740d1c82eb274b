#pragma once

#include "radforge/nn/share.hpp"

#include <ATen/core/Tensor.h>

#include <span>

namespace radforge {

/// The state of a training run between two steps, in memory of the run itself: read to be saved, written to be loaded.
struct TrainState {
  at::Tensor parameters;            ///< fp32, the whole flat buffer; of one to be saved, `range` of it is up to date
  FlatRange range;                  ///< of the flat buffer, that this rank holds the next three of
  at::Tensor first_moment;          ///< fp32, of `range.count` elements
  at::Tensor second_moment;         ///< likewise
  at::Tensor average;               ///< likewise
  at::Tensor buffers;               ///< fp32, state that is not trained; undefined where there is none
  std::span<double> interval_means; ///< sums since the last line of metrics
};

} // namespace radforge
