#include "radforge/diffusion/sampler_noise.hpp"

#include "radforge/core/error.hpp"
#include "radforge/nn/keyed_random.hpp"

#include <algorithm>

namespace radforge {

namespace {
constexpr std::uint32_t draws_per_attempt = 4096;
} // namespace

SamplerNoise::SamplerNoise(std::span<const NoiseKey> keys, const at::Tensor& like)
    : keys_(keys.begin(), keys.end()), like_(like) {
  require(like.dim() > 0 && like.size(0) == static_cast<std::int64_t>(keys.size()), "one noise key a sample");
  require(std::all_of(keys.begin(), keys.end(), [](const NoiseKey& key) { return key.attempt < draws_per_attempt; }),
          "attempts below 4096");
}

at::Tensor SamplerNoise::draw(std::size_t step) const {
  require(step < draws_per_attempt, "steps below 4096");
  std::vector<RandomKey> keys;
  for (const NoiseKey& key : keys_) {
    keys.push_back({key.seed, Stream::sampler, key.id, key.attempt * draws_per_attempt + static_cast<std::uint32_t>(step)});
  }
  return keyed_normals(keys, like_.sizes().slice(1).vec(), like_.device()).to(like_.scalar_type());
}

} // namespace radforge
