#include "radforge/diffusion/guidance.hpp"

#include "golden.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

using namespace radforge;

namespace {

/// A model that adds the mean of its context, and counts the samples it was asked for.
struct CountingModel {
  ConditionalDenoiser denoiser() {
    return [this](const at::Tensor& context) {
      return [this, context](const at::Tensor& x, const at::Tensor& timesteps) {
        ++calls;
        samples += x.size(0);
        REQUIRE(timesteps.sizes() == at::IntArrayRef{x.size(0)});
        REQUIRE(context.size(0) == x.size(0));
        timestep = timesteps[0].item<double>();
        return x.add(context.mean({1, 2}).view({-1, 1, 1, 1}));
      };
    };
  }
  int calls = 0;
  std::int64_t samples = 0;
  double timestep = 0;
};

struct Fixture {
  at::Tensor x = at::zeros({2, 1, 2, 2});
  at::Tensor context = at::full({2, 3, 4}, 2.0);
  at::Tensor empty = at::ones({2, 3, 4});
  CountingModel model;
};

} // namespace

TEST_CASE_METHOD(Fixture, "guidance extrapolates from the empty prompt's prediction in one call of the model") {
  const at::Tensor guided = with_guidance(model.denoiser(), context, empty, {.scale = 3.0})(x, 10.25);
  CHECK(at::equal(guided, at::full({2, 1, 2, 2}, 1.0 + 3.0 * (2.0 - 1.0))));
  CHECK(model.calls == 1);
  CHECK(model.samples == 4);
  CHECK(model.timestep == 10.25);
}

TEST_CASE_METHOD(Fixture, "a guidance scale of one asks for the conditional half only") {
  const at::Tensor guided = with_guidance(model.denoiser(), context, empty, {.scale = 1, .rescale = 0.7})(x, 10);
  CHECK(at::equal(guided, at::full({2, 1, 2, 2}, 2.0)));
  CHECK(model.samples == 2);
}

TEST_CASE_METHOD(Fixture, "outside its interval guidance asks for the conditional half only") {
  const Denoiser denoise =
      with_guidance(model.denoiser(), context, empty, {.scale = 3, .lowest_timestep = 200, .highest_timestep = 800});
  for (const double timestep : {199.9, 800.1}) {
    CHECK(at::equal(denoise(x, timestep), at::full({2, 1, 2, 2}, 2.0)));
  }
  CHECK(model.samples == 2 * 2);
  for (const double timestep : {200.0, 800.0}) {
    CHECK(at::equal(denoise(x, timestep), at::full({2, 1, 2, 2}, 4.0)));
  }
  CHECK(model.samples == 2 * 2 + 2 * 4);
}

TEST_CASE_METHOD(Fixture, "guidance rescale is that of diffusers") {
  const StateDict golden = read_golden("diffusion");
  const at::Tensor& conditional = golden.at("rescaled.with");
  const ConditionalDenoiser peer = [&](const at::Tensor&) {
    return [&](const at::Tensor&, const at::Tensor&) { return at::cat({golden.at("rescaled.without"), conditional}, 0); };
  };
  const Denoiser denoise = with_guidance(peer, context, empty, {.scale = 3, .rescale = 0.7});
  CHECK(relative_difference(denoise(conditional, 5), golden.at("rescaled.guided")) < 2e-6);
}

TEST_CASE("the configured interval is in fractions of the training timesteps") {
  SamplerConfig config;
  config.guidance_scale = 4;
  config.guidance_rescale = 0.5;
  config.guidance_interval = {.lowest = 0.2, .highest = 0.75};
  const Guidance guidance = guidance_of(config, 1000);
  CHECK(guidance.scale == 4);
  CHECK(guidance.rescale == 0.5);
  CHECK(guidance.lowest_timestep == 200);
  CHECK(guidance.highest_timestep == 750);
  CHECK(guidance_of(SamplerConfig{}, 1000).highest_timestep >= 999);
}
