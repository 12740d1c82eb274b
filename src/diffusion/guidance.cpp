#include "radforge/diffusion/guidance.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/std.h>

#include <numeric>

namespace radforge {

namespace {

// Of each sample, shaped to multiply it.
at::Tensor deviation_of(const at::Tensor& x) {
  std::vector<std::int64_t> dimensions(static_cast<std::size_t>(x.dim() - 1));
  std::iota(dimensions.begin(), dimensions.end(), 1);
  return at::std(x, dimensions, /*correction=*/1, /*keepdim=*/true);
}

at::Tensor at_timestep(const at::Tensor& x, double timestep) {
  return at::full({x.size(0)}, timestep, x.options().dtype(at::kFloat));
}

} // namespace

bool is_guided(const Guidance& guidance, double timestep) {
  return guidance.scale != 1 && timestep >= guidance.lowest_timestep && timestep <= guidance.highest_timestep;
}

Guidance guidance_of(const SamplerConfig& config, std::int64_t num_train_timesteps) {
  const auto count = static_cast<double>(num_train_timesteps);
  return {.scale = config.guidance_scale,
          .rescale = config.guidance_rescale,
          .lowest_timestep = config.guidance_interval.lowest * count,
          .highest_timestep = config.guidance_interval.highest * count};
}

Denoiser with_guidance(const ConditionalDenoiser& model, const at::Tensor& context, const at::Tensor& empty_context,
                       const Guidance& guidance) {
  const BatchDenoiser with_text = model(context);
  const BatchDenoiser both = guidance.scale == 1 ? with_text : model(at::cat({empty_context, context}, 0));
  return [=](const at::Tensor& x, double timestep) {
    if (!is_guided(guidance, timestep)) {
      return with_text(x, at_timestep(x, timestep));
    }
    const at::Tensor twice = at::cat({x, x}, 0);
    const std::vector<at::Tensor> halves = both(twice, at_timestep(twice, timestep)).chunk(2, 0);
    const at::Tensor guided = halves[0].add(halves[1].sub(halves[0]), guidance.scale);
    if (guidance.rescale == 0) {
      return guided;
    }
    const at::Tensor factor = deviation_of(halves[1]).div(deviation_of(guided));
    return guided.mul(factor.mul(guidance.rescale).add(1 - guidance.rescale));
  };
}

} // namespace radforge
