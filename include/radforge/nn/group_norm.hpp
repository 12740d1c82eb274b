#pragma once

#include "radforge/nn/norm_activation.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace radforge {

struct GroupNormOptions {
  std::int64_t groups = 1;
  double epsilon = 1e-5;
  NormActivation activation = NormActivation::none;
};

/// activation(GroupNorm(x + shift) * weight + bias) (Wu and He 2018) of x: N x C x H x W, shift: N x C or undefined (a time
/// embedding), weight and bias: C. In channels_last memory, in fp32 and in bf16, it is one kernel forward and one backward, which
/// computes in fp32; bits do not depend on the number of threads. Any other tensor goes to ATen's operators, one after the
/// other. The gradient cannot be differentiated again. On a GPU it is a few kernels each way, which read their inputs twice; a
/// sample's bits do not depend on its batch.
at::Tensor group_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const GroupNormOptions& options,
                      const at::Tensor& shift = {});

/// The same by ATen's operators alone.
at::Tensor reference_group_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                const GroupNormOptions& options, const at::Tensor& shift = {});

/// Whether batch_norm takes it: fp32 or bf16 on the CPU, N x C x H x W in channels_last memory.
bool batch_norm_serves(const at::Tensor& x);

struct NormalisedBatch {
  at::Tensor y;
  at::Tensor mean;     ///< of each channel; double
  at::Tensor variance; ///< of each channel: the squares' sum over the number of values
};

/// Batch normalisation (Ioffe and Szegedy 2015) by the same kernels: each channel over all images. Sums are of blocks, and those
/// of chunks are added in double precision, where ATen in channels_last memory adds a channel's values one after the other.
NormalisedBatch batch_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double epsilon);

} // namespace radforge
