#include "radforge/diffusion/noise_schedule.hpp"

#include "radforge/core/error.hpp"

#include "golden.hpp"

using namespace radforge;

namespace {

DiffusionConfig stable_diffusion(const std::string& schedule, bool zero_snr) {
  DiffusionConfig config;
  config.beta_schedule = schedule;
  config.rescale_betas_zero_snr = zero_snr;
  return config;
}

} // namespace

TEST_CASE("NoiseSchedule has the values of diffusers' schedules") {
  const StateDict golden = read_golden("diffusion");
  const std::string name = GENERATE("scaled_linear", "linear", "squaredcos_cap_v2");
  CHECK(relative_difference(NoiseSchedule(stable_diffusion(name, false)).alphas_cumprod(), golden.at("alphas_cumprod." + name)) <
        1e-6);
  const NoiseSchedule rescaled(stable_diffusion(name, true));
  CHECK(relative_difference(rescaled.alphas_cumprod(), golden.at("alphas_cumprod." + name + ".zero_snr")) < 2e-6);
  CHECK(rescaled.alpha_cumprod(999) == 0);
  CHECK(rescaled.alpha_cumprod(0) == Approx(NoiseSchedule(stable_diffusion(name, false)).alpha_cumprod(0)));
}

TEST_CASE("NoiseSchedule adds noise and finds velocities as diffusers does") {
  const StateDict golden = read_golden("diffusion");
  const NoiseSchedule schedule{DiffusionConfig{}};
  const at::Tensor& t = golden.at("noise_timesteps");
  CHECK(relative_difference(schedule.add_noise(golden.at("clean"), golden.at("noise"), t), golden.at("noisy")) < 2e-6);
  CHECK(relative_difference(schedule.velocity(golden.at("clean"), golden.at("noise"), t), golden.at("velocity")) < 2e-6);
}

TEST_CASE("levels share their variance between sample and noise and are interpolated in the ratio") {
  const NoiseSchedule schedule{DiffusionConfig{}};
  const NoiseLevel low = schedule.level(500);
  const NoiseLevel high = schedule.level(501);
  CHECK(low.timestep == 500);
  CHECK(low.alpha * low.alpha == Approx(schedule.alpha_cumprod(500)));
  CHECK(low.alpha * low.alpha + low.sigma * low.sigma == Approx(1));
  CHECK(low.lambda() == Approx(-std::log(low.ratio())));
  CHECK(schedule.finite_level(500).ratio() == Approx(low.ratio()));
  CHECK(schedule.finite_level(500.25).ratio() == Approx(0.75 * low.ratio() + 0.25 * high.ratio()));
  CHECK(schedule.finite_level(999).ratio() == Approx(schedule.level(999).ratio()));
  CHECK(NoiseLevel{}.ratio() == 0);
}

TEST_CASE("the level of a ratio has the timestep that has the ratio") {
  const NoiseSchedule schedule{DiffusionConfig{}};
  for (const std::int64_t t : {0, 1, 2, 500, 997, 998, 999}) {
    const NoiseLevel level = schedule.level_of_ratio(schedule.level(t).ratio());
    CHECK(level.timestep == Approx(t).margin(1e-6));
    CHECK(level.ratio() == Approx(schedule.level(t).ratio()));
  }
  const double between = std::sqrt(schedule.level(30).ratio() * schedule.level(31).ratio());
  CHECK(schedule.level_of_ratio(between).timestep == Approx(30.5));
  CHECK(schedule.level_of_ratio(1e-3).timestep == 0);
  CHECK(schedule.level_of_ratio(1e3).timestep == 999);
}

TEST_CASE("at zero terminal SNR the finite level stays finite") {
  const NoiseSchedule schedule(stable_diffusion("scaled_linear", true));
  CHECK(schedule.level(999).alpha == 0);
  CHECK(schedule.finite_level(999).ratio() == Approx(4096).epsilon(1e-6));
}

TEST_CASE("NoiseSchedule refuses an unknown schedule and noise predicted from noise alone") {
  DiffusionConfig config;
  config.beta_schedule = "cosine";
  CHECK_THROWS_WITH(NoiseSchedule(config), Catch::Contains("cosine") && Catch::Contains("scaled_linear"));
  config = stable_diffusion("linear", true);
  config.prediction_type = "epsilon";
  CHECK_THROWS_AS(NoiseSchedule(config), ConfigError);
  config.prediction_type = "v_prediction";
  config.num_train_timesteps = 1;
  CHECK_THROWS_AS(NoiseSchedule(config), ConfigError);
}

TEST_CASE("a schedule that leaves nothing of the image before its end is refused") {
  DiffusionConfig config{.beta_schedule = "linear", .beta_start = 1e-4, .beta_end = 0.02, .num_train_timesteps = 12'000};
  CHECK_THROWS_AS(NoiseSchedule(config), ConfigError);
  config.rescale_betas_zero_snr = true;
  CHECK_THROWS_AS(NoiseSchedule(config), ConfigError);
}
