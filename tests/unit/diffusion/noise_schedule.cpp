#include "radforge/diffusion/noise_schedule.hpp"

#include "radforge/core/error.hpp"

#include "golden.hpp"

using namespace radforge;

TEST_CASE("NoiseSchedule has the values of diffusers' scaled_linear schedule") {
  const StateDict golden = read_golden("models/ddim");
  const NoiseSchedule schedule{DiffusionConfig{}};
  CHECK(relative_difference(schedule.alphas_cumprod(), golden.at("alphas_cumprod")) < 1e-6);

  const at::Tensor& t = golden.at("noise_timesteps");
  CHECK(relative_difference(schedule.add_noise(golden.at("clean"), golden.at("noise"), t), golden.at("noisy")) < 2e-6);
  CHECK(relative_difference(schedule.velocity(golden.at("clean"), golden.at("noise"), t), golden.at("velocity")) < 2e-6);
}

TEST_CASE("NoiseSchedule refuses an unknown schedule") {
  DiffusionConfig config;
  config.beta_schedule = "cosine";
  CHECK_THROWS_WITH(NoiseSchedule(config), Catch::Contains("cosine") && Catch::Contains("scaled_linear"));
}
