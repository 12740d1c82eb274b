#pragma once

#include "radforge/core/philox.hpp"
#include "radforge/diffusion/prediction.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace radforge {

/// The keys of a batch in a stream, one a sample.
using BatchKeys = std::function<std::vector<RandomKey>(Stream)>;

/// Noise of a training batch, N x C x H x W each.
struct TrainingNoise {
  at::Tensor target; ///< what the denoiser is to find
  at::Tensor input;  ///< what is added to the samples: `target`, and the input perturbation (Ning et al. 2023)
};

/// Keyed standard normals (stream `noise`), plus `noise_offset` times one normal a channel (`offset`), and for the input
/// `input_perturbation` times other normals (`perturbation`). `sample_shape`: C x H x W.
TrainingNoise training_noise(const DiffusionConfig& config, const BatchKeys& keys, const std::vector<std::int64_t>& sample_shape,
                             at::Device device = at::kCPU);

/// The tensor that the prediction is compared with.
at::Tensor training_target(const NoiseSchedule& schedule, Prediction prediction, const at::Tensor& samples,
                           const at::Tensor& noise, const at::Tensor& timesteps);

/// min-SNR-gamma weights (Hang et al. 2023) for timesteps N (int64): N, fp32. min(SNR, gamma) of the clean sample's error, so
/// divided by SNR where the noise is predicted and by SNR + 1 where the velocity is.
at::Tensor min_snr_weights(const NoiseSchedule& schedule, Prediction prediction, double gamma, const at::Tensor& timesteps);

} // namespace radforge
