#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

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

/// Slices of the flat buffers, of equal length, on one device and contiguous; fp32.
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
/// threads, and is the same on a GPU, bit for bit, as on a CPU with fused multiply-add.
void adamw_step(const AdamWStep& step, const AdamWSlices& slices);

/// The average and the copy alone: for weights that do not learn in this step.
void average_step(const AdamWStep& step, const AdamWSlices& slices);

/// The numbers of a step as kernels read them: a few of fp32. Those that a device finds itself may be written there, by their
/// places.
at::Tensor adamw_factors(const AdamWStep& step, at::Device device = at::kCPU);
inline constexpr std::int64_t adamw_gradient_factor_at = 0;
/// Where not 0, or not a number, the step changes nothing: for a gradient that is not finite.
inline constexpr std::int64_t adamw_skip_at = 9;

/// The same steps by numbers that lie where the slices lie. A GPU reads them when it runs the step, so a CUDA graph that has
/// captured one is replayed with the numbers of another, copied into the same tensor.
void adamw_step(const at::Tensor& factors, const AdamWSlices& slices);
void average_step(const at::Tensor& factors, const AdamWSlices& slices);

} // namespace radforge
