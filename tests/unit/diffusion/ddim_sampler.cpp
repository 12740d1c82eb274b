#include "radforge/diffusion/ddim_sampler.hpp"

#include "radforge/core/error.hpp"

#include "golden.hpp"

using namespace radforge;

TEST_CASE("DdimSampler follows diffusers' DDIMScheduler over 20 steps") {
  const std::string name = GENERATE("epsilon", "v_prediction");
  const StateDict golden = read_golden("models/ddim");
  const NoiseSchedule schedule{DiffusionConfig{}};
  const DdimSampler sampler(schedule, prediction_of(name), 20);

  const at::Tensor& timesteps = golden.at("timesteps");
  REQUIRE(timesteps.numel() == 20);
  for (std::int64_t i = 0; i < 20; ++i) {
    CHECK(sampler.timesteps()[static_cast<std::size_t>(i)] == timesteps[i].item<std::int64_t>());
  }

  // The denoiser that the golden script used.
  const Denoiser denoise = [](const at::Tensor& x, std::int64_t t) {
    return x.mul(3).sin().mul(0.5 + static_cast<double>(t) / 1000);
  };
  const at::Tensor& trajectory = golden.at(name + ".samples");
  at::Tensor x = golden.at("start");
  for (std::int64_t i = 0; i < 20; ++i) {
    x = sampler.step(i, denoise(x, sampler.timesteps()[static_cast<std::size_t>(i)]), x);
    CHECK(relative_difference(x, trajectory[i + 1]) < 1e-5);
  }
  CHECK(relative_difference(sampler.sample(denoise, golden.at("start")), trajectory[20]) < 1e-5);
}

TEST_CASE("DdimSampler refuses as many steps as there are timesteps") {
  const NoiseSchedule schedule{DiffusionConfig{}};
  CHECK_THROWS_AS(DdimSampler(schedule, Prediction::epsilon, 1000), ConfigError);
  CHECK_THROWS_AS(DdimSampler(schedule, Prediction::epsilon, 0), ConfigError);
}
