#pragma once

#include "radforge/diffusion/diffusion_sampler.hpp"

#include <ATen/core/Tensor.h>

#include <functional>
#include <limits>

namespace radforge {

/// A model of one batch of texts: x, timesteps (N, fp32).
using BatchDenoiser = std::function<at::Tensor(const at::Tensor& x, const at::Tensor& timesteps)>;
/// Gives the model of texts, whose states are N x tokens x width: what it makes of them serves all steps of a sampler.
using ConditionalDenoiser = std::function<BatchDenoiser(const at::Tensor& context)>;

struct Guidance {
  double scale = 1;   ///< 1 asks for the conditional half only
  double rescale = 0; ///< in [0, 1]: how far the guided prediction's deviation in each sample becomes the conditional one's
  /// Timesteps outside [lowest, highest] get the conditional half only.
  double lowest_timestep = 0;
  double highest_timestep = std::numeric_limits<double>::infinity();
};

/// Whether both halves are evaluated at a timestep.
bool is_guided(const Guidance& guidance, double timestep);

/// As the configuration has it: the interval's fractions are multiplied by the number of training timesteps.
Guidance guidance_of(const SamplerConfig& config, std::int64_t num_train_timesteps);

/// Classifier-free guidance (Ho and Salimans 2022): without + scale * (with - without), both halves in one call of `model`; with
/// the rescaling of Lin et al. 2023 (section 3.4) and the interval of Kynkäänniemi et al. 2024. `context` and `empty_context`:
/// N x tokens x width.
Denoiser with_guidance(const ConditionalDenoiser& model, const at::Tensor& context, const at::Tensor& empty_context,
                       const Guidance& guidance);

} // namespace radforge
