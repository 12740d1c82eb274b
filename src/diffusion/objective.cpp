#include "radforge/diffusion/objective.hpp"

#include "radforge/core/error.hpp"
#include "radforge/nn/keyed_random.hpp"

namespace radforge {

TrainingNoise training_noise(const DiffusionConfig& config, const BatchKeys& keys, const std::vector<std::int64_t>& sample_shape,
                             at::Device device) {
  at::Tensor target = keyed_normals(keys(Stream::noise), sample_shape, device);
  if (config.noise_offset > 0) {
    const at::Tensor shift = keyed_normals(keys(Stream::offset), {sample_shape[0]}, device);
    target = target.add(shift.unsqueeze(2).unsqueeze(3), config.noise_offset);
  }
  if (config.input_perturbation > 0) {
    return {.target = target,
            .input = target.add(keyed_normals(keys(Stream::perturbation), sample_shape, device), config.input_perturbation)};
  }
  return {.target = target, .input = target};
}

at::Tensor training_target(const NoiseSchedule& schedule, Prediction prediction, const at::Tensor& samples,
                           const at::Tensor& noise, const at::Tensor& timesteps) {
  switch (prediction) {
  case Prediction::epsilon:
    return noise;
  case Prediction::velocity:
    return schedule.velocity(samples, noise, timesteps);
  case Prediction::sample:
    return samples;
  }
  throw InternalError("a prediction of no kind");
}

at::Tensor min_snr_weights(const NoiseSchedule& schedule, Prediction prediction, double gamma, const at::Tensor& timesteps) {
  const at::Tensor signal = schedule.alphas_cumprod().index_select(0, timesteps);
  const at::Tensor snr = signal.div(signal.neg().add(1));
  const at::Tensor weights = snr.clamp_max(gamma);
  switch (prediction) {
  case Prediction::epsilon:
    return weights.div(snr);
  case Prediction::velocity:
    return weights.div(snr.add(1));
  case Prediction::sample:
    return weights;
  }
  throw InternalError("a prediction of no kind");
}

} // namespace radforge
