#pragma once

#include "radforge/diffusion/diffusion_sampler.hpp"

#include "golden.hpp"

#include <ATen/ops/stack.h>

#include <algorithm>
#include <sstream>

namespace radforge {

/// A variant of tools/golden/diffusion_samplers.py: `<sampler>.<prediction type>.<spacing>[.<options>]`.
struct SamplerVariant {
  explicit SamplerVariant(const std::string& key) {
    folder = {.steps_offset = 1, .set_alpha_to_one = false};
    sampler.steps = 20;
    std::istringstream parts(key);
    std::getline(parts, sampler.name, '.');
    std::getline(parts, diffusion.prediction_type, '.');
    std::getline(parts, sampler.timestep_spacing, '.');
    for (std::string option; std::getline(parts, option, '.');) {
      if (option == "karras") {
        sampler.sigmas = "karras";
      } else if (option == "zero_snr") {
        diffusion.rescale_betas_zero_snr = true;
      } else if (option == "linear") {
        diffusion.beta_schedule = "linear";
      } else if (option == "cosine") {
        diffusion.beta_schedule = "squaredcos_cap_v2";
      } else if (option == "to_one") {
        folder.set_alpha_to_one = true;
      } else if (option == "eta") {
        sampler.eta = 0.5;
      } else {
        FAIL("unknown option " << option);
      }
    }
  }

  std::unique_ptr<DiffusionSampler> make() const {
    return make_sampler(NoiseSchedule(diffusion), prediction_of(diffusion.prediction_type), sampler, folder);
  }

  DiffusionConfig diffusion;
  SamplerConfig sampler;
  SchedulerConfig folder;
};

/// Every variant in the golden file.
inline std::vector<std::string> golden_variants(const StateDict& golden) {
  std::vector<std::string> keys;
  for (const auto& [name, tensor] : golden) {
    const std::size_t end = name.find("/timesteps");
    if (end != std::string::npos && name.find('.') != std::string::npos) {
      keys.push_back(name.substr(0, end));
    }
  }
  return keys;
}

/// The denoiser of the golden script.
inline at::Tensor golden_denoiser(const at::Tensor& x, double timestep) { return x.sin().mul(0.5 + timestep / 1000); }

inline std::vector<NoiseKey> golden_keys() { return {{873, 5, 1}, {873, (std::uint64_t{1} << 33) + 7, 1}}; }

/// What the sampler gave the denoiser in each evaluation, and its sample last.
inline at::Tensor trajectory(const DiffusionSampler& sampler, const at::Tensor& start) {
  std::vector<at::Tensor> seen;
  const Denoiser recorder = [&](const at::Tensor& x, double timestep) {
    seen.push_back(x);
    return golden_denoiser(x, timestep);
  };
  seen.push_back(sampler.sample(recorder, start, golden_keys()));
  return at::stack(seen);
}

/// The largest relative difference of a step.
inline double largest_difference(const at::Tensor& ours, const at::Tensor& golden) {
  REQUIRE(ours.sizes() == golden.sizes());
  double largest = 0;
  for (std::int64_t i = 0; i < golden.size(0); ++i) {
    largest = std::max(largest, relative_difference(ours[i], golden[i]));
  }
  return largest;
}

inline const std::vector<std::string>& sampler_names() {
  static const std::vector<std::string> names{
      "ddpm", "ddim", "pndm", "euler", "euler_ancestral", "heun", "dpm_solver_2m", "dpm_solver_sde_2m", "unipc"};
  return names;
}

} // namespace radforge
