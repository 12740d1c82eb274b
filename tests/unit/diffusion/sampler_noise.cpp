#include "radforge/diffusion/sampler_noise.hpp"

#include "radforge/core/error.hpp"
#include "radforge/nn/keyed_random.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>

using namespace radforge;

TEST_CASE("sampler noise is keyed by seed and image and attempt and step alone") {
  const std::vector<NoiseKey> keys{{.seed = 7, .id = 5, .attempt = 3}, {.seed = 7, .id = 6, .attempt = 3}};
  const SamplerNoise noise(keys, at::zeros({2, 3, 4}));
  const at::Tensor drawn = noise.draw(17);
  CHECK(at::equal(drawn[1], keyed_normals({{7, Stream::sampler, 6, 3 * 4096 + 17}}, {3, 4})[0]));
  CHECK(at::equal(drawn[1], SamplerNoise(std::span(keys).last(1), at::zeros({1, 3, 4})).draw(17)[0]));
  CHECK_FALSE(at::equal(drawn[0], drawn[1]));
  CHECK_FALSE(at::equal(drawn, noise.draw(18)));
  CHECK(SamplerNoise(keys, at::zeros({2, 3}, at::kDouble)).draw(0).scalar_type() == at::kDouble);
}

TEST_CASE("attempts and steps of sampler noise do not run into each other") {
  const NoiseKey last{.seed = 1, .id = 2, .attempt = 4095};
  CHECK_NOTHROW(SamplerNoise(std::span(&last, 1), at::zeros({1, 2})).draw(4095));
  CHECK_THROWS_AS(SamplerNoise(std::span(&last, 1), at::zeros({1, 2})).draw(4096), InternalError);
  const NoiseKey above{.attempt = 4096};
  CHECK_THROWS_AS(SamplerNoise(std::span(&above, 1), at::zeros({1, 2})), InternalError);
  CHECK_THROWS_AS(SamplerNoise(std::span(&last, 1), at::zeros({2, 2})), InternalError);
}
