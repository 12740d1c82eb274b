#include "radforge/diffusion/guided_samples.hpp"

#include "radforge/nn/keyed_random.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <array>

using namespace radforge;

namespace {

// Depends on sample, timestep and text, and no more on the batch than a model does.
BatchDenoiser model(const at::Tensor& context) {
  return [context](const at::Tensor& x, const at::Tensor& timesteps) {
    return x.sin().add(timesteps.div(1000).add(context.mean({1, 2})).view({-1, 1, 1, 1}));
  };
}

struct Fixture {
  at::Tensor samples(std::span<const NoiseKey> keys) const {
    const at::Tensor context = at::full({static_cast<std::int64_t>(keys.size()), 3, 2}, 0.5);
    return guided_samples(*sampler, model, context, at::zeros({1, 3, 2}), {.scale = 3}, keys, {2, 4, 4});
  }
  NoiseSchedule schedule{DiffusionConfig{}};
  // One that adds noise of its own.
  std::unique_ptr<DiffusionSampler> sampler =
      make_sampler(schedule, Prediction::epsilon, {.name = "euler_ancestral", .steps = 4}, {});
};

const NoiseKey first{.seed = 3, .id = 5, .attempt = 0};

} // namespace

TEST_CASE_METHOD(Fixture, "a guided sample begins at the normals of its key and is steered by both texts") {
  const std::array keys{first, NoiseKey{3, 6, 2}};
  const std::vector<RandomKey> start{{3, Stream::generation, 5, 0}, {3, Stream::generation, 6, 2}};
  const Denoiser denoise = with_guidance(model, at::full({2, 3, 2}, 0.5), at::zeros({2, 3, 2}), {.scale = 3});
  CHECK(at::equal(samples(keys), sampler->sample(denoise, keyed_normals(start, {2, 4, 4}), keys)));
}

TEST_CASE_METHOD(Fixture, "a guided sample is a function of its key whatever it is made beside") {
  const at::Tensor alone = samples(std::array{first});
  REQUIRE(alone.sizes() == at::IntArrayRef({1, 2, 4, 4}));
  CHECK(at::equal(samples(std::array{NoiseKey{3, 9, 0}, first})[1], alone[0]));
  CHECK_FALSE(at::equal(samples(std::array{NoiseKey{3, 5, 1}}), alone));
  CHECK_FALSE(at::equal(samples(std::array{NoiseKey{4, 5, 0}}), alone));
}
