#include "radforge/diffusion/diffusion_sampler.hpp"

#include "ddim_sampler.hpp"
#include "ddpm_sampler.hpp"
#include "dpm_solver_sampler.hpp"
#include "dpm_solver_sde_sampler.hpp"
#include "euler_ancestral_sampler.hpp"
#include "euler_sampler.hpp"
#include "heun_sampler.hpp"
#include "pndm_sampler.hpp"
#include "unipc_sampler.hpp"

#include "radforge/core/error.hpp"

#include <map>

namespace radforge {

namespace {

using Maker = std::unique_ptr<DiffusionSampler> (*)(const NoiseSchedule&, Prediction, const SamplerSettings&);

template <class Sampler, auto steps_of>
std::unique_ptr<DiffusionSampler> make(const NoiseSchedule& schedule, Prediction prediction, const SamplerSettings& settings) {
  return std::make_unique<Sampler>(prediction, steps_of(schedule, settings));
}

template <class Sampler>
std::unique_ptr<DiffusionSampler> make_in_ratios(const NoiseSchedule& schedule, Prediction prediction,
                                                 const SamplerSettings& settings) {
  const std::vector<SamplerStep> steps = ratio_steps(schedule, settings);
  return std::make_unique<Sampler>(prediction, steps, ratio_start(steps, settings));
}

std::unique_ptr<DiffusionSampler> make_ddim(const NoiseSchedule& schedule, Prediction prediction,
                                            const SamplerSettings& settings) {
  return std::make_unique<DdimSampler>(prediction, strided_steps(schedule, settings), settings.eta);
}

Maker maker_of(const std::string& name) {
  const std::map<std::string, Maker> makers{
      {"ddpm", make<DdpmSampler, chained_steps>},
      {"ddim", make_ddim},
      {"pndm", make<PndmSampler, pseudo_steps>},
      {"euler", make_in_ratios<EulerSampler>},
      {"euler_ancestral", make_in_ratios<EulerAncestralSampler>},
      {"heun", make_in_ratios<HeunSampler>},
      {"dpm_solver_2m", make<DpmSolverSampler, multistep_steps>},
      {"dpm_solver_sde_2m", make<DpmSolverSdeSampler, multistep_steps>},
      {"unipc", make<UniPcSampler, multistep_steps>},
  };
  const auto maker = makers.find(name);
  if (maker == makers.end()) {
    throw ConfigError("sampler.name '{}' is not known. Choose one that docs/configuration.md lists", name);
  }
  return maker->second;
}

} // namespace

at::Tensor DiffusionSampler::sample(const Denoiser& denoise, const at::Tensor& standard_normals,
                                    std::span<const NoiseKey> keys) const {
  return run(denoise, standard_normals.mul(start_scale_), SamplerNoise(keys, standard_normals));
}

std::unique_ptr<DiffusionSampler> make_sampler(const NoiseSchedule& schedule, Prediction prediction, const SamplerConfig& config,
                                               const SchedulerConfig& folder) {
  const SamplerSettings settings = settings_of(config, folder);
  return maker_of(settings.name)(schedule, prediction, settings);
}

} // namespace radforge
