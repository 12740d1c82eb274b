#pragma once

#include "radforge/config/generate_config.hpp"
#include "radforge/diffusion/noise_schedule.hpp"
#include "radforge/diffusion/prediction.hpp"
#include "radforge/diffusion/sampler_noise.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace radforge {

/// What a denoiser predicts for x = alpha x_0 + sigma noise at one timestep, which is fractional for some samplers. A sampler
/// knows no more of a model.
using Denoiser = std::function<at::Tensor(const at::Tensor& x, double timestep)>;

/// A way from noise to samples. It holds no state of a run: one object serves any number of calls.
class DiffusionSampler {
 public:
  virtual ~DiffusionSampler() = default;

  /// Samples N x ... from standard normals of that shape. `keys`, one a sample, name the noise that a stochastic sampler adds, so
  /// that a sample does not depend on its batch. Errors: InternalError (another number of keys than of samples).
  at::Tensor sample(const Denoiser& denoise, const at::Tensor& standard_normals, std::span<const NoiseKey> keys) const;

  /// Where the denoiser is evaluated, in this order.
  const std::vector<double>& timesteps() const { return timesteps_; }
  std::int64_t num_evaluations() const { return static_cast<std::int64_t>(timesteps_.size()); }

 protected:
  /// `timesteps`: as timesteps() shall give them; `start_scale`: deviation of what run() starts from.
  DiffusionSampler(Prediction prediction, std::vector<double> timesteps, double start_scale = 1)
      : prediction_(prediction), timesteps_(std::move(timesteps)), start_scale_(start_scale) {}

  Prediction prediction() const { return prediction_; }
  /// What the denoiser finds in x = alpha x_0 + sigma noise.
  Estimate estimate(const Denoiser& denoise, const at::Tensor& x, const NoiseLevel& level) const {
    return estimate_of(prediction_, level, x, denoise(x, level.timestep));
  }

 private:
  virtual at::Tensor run(const Denoiser& denoise, at::Tensor x, const SamplerNoise& noise) const = 0;

  Prediction prediction_;
  std::vector<double> timesteps_;
  double start_scale_;
};

/// The sampler that `config` names, or the pipeline folder where it says "pipeline". What `config` leaves open is the folder's,
/// and what that leaves open is the sampler's custom (as diffusers' from_config has it). Each takes the steps of the diffusers
/// scheduler of its kind. Errors: ConfigError (a sampler without the eta or the Karras sigmas asked for, steps for which there
/// are too few timesteps, PNDM at zero terminal SNR).
std::unique_ptr<DiffusionSampler> make_sampler(const NoiseSchedule& schedule, Prediction prediction, const SamplerConfig& config,
                                               const SchedulerConfig& folder);

} // namespace radforge
