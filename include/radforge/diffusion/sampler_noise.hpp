#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace radforge {

/// Whose noise it is: the run's seed, the image, and the attempt at making it.
struct NoiseKey {
  std::uint64_t seed = 0;
  std::uint64_t id = 0;
  std::uint32_t attempt = 0; ///< below 4096
};

/// Standard normals of a stochastic sampler, a function of (seed, image, attempt, step) alone: row i of step s is the sequence of
/// stream `sampler`, id = image, draw = attempt * 4096 + s.
class SamplerNoise {
 public:
  /// Noise of the shape and type of `like`, keys.size() x ... Errors: InternalError (another number of keys, an attempt of 4096
  /// or more).
  SamplerNoise(std::span<const NoiseKey> keys, const at::Tensor& like);

  /// The noise of a step below 4096 (InternalError otherwise).
  at::Tensor draw(std::size_t step) const;

 private:
  std::vector<NoiseKey> keys_;
  at::Tensor like_;
};

} // namespace radforge
