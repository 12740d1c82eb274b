#include "radforge/diffusion/objective.hpp"

#include "radforge/nn/keyed_random.hpp"

#include "golden.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>

using namespace radforge;

namespace {

std::vector<RandomKey> keys(Stream stream) { return {{3, stream, 10, 2}, {3, stream, 11, 2}}; }
const std::vector<std::int64_t> shape{4, 8, 8};

} // namespace

TEST_CASE("min-SNR weights are those of diffusers' SNR") {
  const StateDict golden = read_golden("diffusion");
  const at::Tensor& timesteps = golden.at("snr_timesteps");
  for (const char* ending : {"", ".zero_snr"}) {
    DiffusionConfig config;
    config.rescale_betas_zero_snr = *ending != '\0';
    const NoiseSchedule schedule(config);
    for (const char* name : {"epsilon", "v_prediction", "sample"}) {
      if (config.rescale_betas_zero_snr && prediction_of(name) == Prediction::epsilon) {
        continue; // refused
      }
      INFO(name << ending);
      const at::Tensor& expected = golden.at(std::string("weights.") + name + ending);
      const at::Tensor weights = min_snr_weights(schedule, prediction_of(name), 5, timesteps);
      for (std::int64_t i = 0; i < timesteps.size(0); ++i) {
        // At the first timesteps SNR is large, and the rounding of 1 - a_t shows.
        CHECK(weights[i].item<double>() == Approx(expected[i].item<double>()).epsilon(2e-4).margin(1e-7));
      }
    }
  }
}

TEST_CASE("an infinite gamma makes the weights those of each prediction's plain error") {
  const NoiseSchedule schedule{DiffusionConfig{}};
  const at::Tensor timesteps = read_golden("diffusion").at("snr_timesteps");
  CHECK(relative_difference(min_snr_weights(schedule, Prediction::epsilon, 1e6, timesteps), at::ones({9})) < 1e-6);
}

TEST_CASE("training noise without perturbations is the keyed noise bit for bit") {
  const TrainingNoise noise = training_noise(DiffusionConfig{}, keys, shape);
  CHECK(at::equal(noise.target, keyed_normals(keys(Stream::noise), shape)));
  CHECK(at::equal(noise.input, noise.target));
}

TEST_CASE("noise offset shifts a channel as a whole and the target knows it") {
  DiffusionConfig config;
  config.noise_offset = 0.1;
  const TrainingNoise noise = training_noise(config, keys, shape);
  CHECK(at::equal(noise.input, noise.target));
  const at::Tensor shift = noise.target.sub(keyed_normals(keys(Stream::noise), shape));
  const at::Tensor expected = keyed_normals(keys(Stream::offset), {4}).mul(0.1).view({2, 4, 1, 1}).expand({2, 4, 8, 8});
  CHECK(relative_difference(shift, expected) < 1e-5);
}

TEST_CASE("input perturbation is in the input alone") {
  DiffusionConfig config;
  config.input_perturbation = 0.1;
  const TrainingNoise noise = training_noise(config, keys, shape);
  CHECK(at::equal(noise.target, keyed_normals(keys(Stream::noise), shape)));
  CHECK(relative_difference(noise.input.sub(noise.target), keyed_normals(keys(Stream::perturbation), shape).mul(0.1)) < 1e-5);
}

TEST_CASE("the training target is what the prediction type says") {
  const StateDict golden = read_golden("diffusion");
  const NoiseSchedule schedule{DiffusionConfig{}};
  const auto target = [&](Prediction prediction) {
    return training_target(schedule, prediction, golden.at("clean"), golden.at("noise"), golden.at("noise_timesteps"));
  };
  CHECK(at::equal(target(Prediction::epsilon), golden.at("noise")));
  CHECK(at::equal(target(Prediction::sample), golden.at("clean")));
  CHECK(relative_difference(target(Prediction::velocity), golden.at("velocity")) < 2e-6);
}
