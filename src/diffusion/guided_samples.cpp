#include "radforge/diffusion/guided_samples.hpp"

#include "radforge/nn/keyed_random.hpp"

namespace radforge {

at::Tensor guided_samples(const DiffusionSampler& sampler, const ConditionalDenoiser& model, const at::Tensor& context,
                          const at::Tensor& empty_context, const Guidance& guidance, std::span<const NoiseKey> keys,
                          const std::vector<std::int64_t>& sample_shape) {
  std::vector<RandomKey> start_keys;
  for (const NoiseKey& key : keys) {
    start_keys.push_back({key.seed, Stream::generation, key.id, key.attempt});
  }
  const at::Tensor start = keyed_normals(start_keys, sample_shape, context.device());
  return sampler.sample(with_guidance(model, context, empty_context.expand_as(context), guidance), start, keys);
}

} // namespace radforge
