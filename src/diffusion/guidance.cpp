#include "radforge/diffusion/guidance.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>

namespace radforge {

Denoiser with_guidance(ConditionalDenoiser model, at::Tensor context, at::Tensor empty_context, double scale) {
  const auto timesteps = [](const at::Tensor& x, std::int64_t timestep) { return at::full({x.size(0)}, timestep, at::kLong); };
  if (scale == 1) {
    return [=](const at::Tensor& x, std::int64_t timestep) { return model(x, timesteps(x, timestep), context); };
  }
  const at::Tensor contexts = at::cat({empty_context, context}, 0);
  return [=](const at::Tensor& x, std::int64_t timestep) {
    const at::Tensor twice = at::cat({x, x}, 0);
    const std::vector<at::Tensor> halves = model(twice, timesteps(twice, timestep), contexts).chunk(2, 0);
    return halves[0].add(halves[1].sub(halves[0]), scale);
  };
}

} // namespace radforge
