#pragma once

#include <ATen/core/Tensor.h>

namespace radforge {

/// The numbers of one step of AdamW, the same for all elements.
struct AdamWStep {
  double learning_rate = 0;
  double beta1 = 0;
  double beta2 = 0;
  double weight_decay = 0;
  double epsilon = 0;
  double gradient_factor = 1;
  double average_decay = 0; ///< of the moving average
  double count = 1;         ///< steps, this one included
};

/// Slices of the flat buffers, of equal length, on the CPU and contiguous; fp32.
struct AdamWSlices {
  at::Tensor weights;
  at::Tensor gradient;
  at::Tensor first_moment;
  at::Tensor second_moment;
  at::Tensor average;
  at::Tensor working; ///< copy of the weights in bf16, or undefined
};

/// One step of AdamW (Loshchilov and Hutter 2019, algorithm 2, as torch.optim.AdamW), the moving average of the new weights, and
/// their copy in bf16, in one pass. An element's result depends neither on the slice that it lies in nor on the number of
/// threads.
void adamw_step(const AdamWStep& step, const AdamWSlices& slices);

/// The average and the copy alone: for weights that do not learn in this step.
void average_step(const AdamWStep& step, const AdamWSlices& slices);

} // namespace radforge
