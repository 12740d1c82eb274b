#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace radforge {

/// What random numbers are for. Numbers are part of the reproducibility contract: never renumber, only append.
enum class Stream : std::uint8_t {
  init = 1,          ///< initial weights; id = hash of the tensor's name
  shuffle = 2,       ///< order of samples; id = epoch
  timestep = 3,      ///< diffusion timestep; id = sample, draw = epoch
  noise = 4,         ///< diffusion noise; id = sample, draw = epoch
  posterior = 5,     ///< VAE posterior sample; id = sample, draw = epoch
  dropout = 6,       ///< caption dropout; id = sample, draw = epoch
  augment = 7,       ///< augmentation; id = sample, draw = epoch
  generation = 8,    ///< starting latent of a generated image; id = image, draw = attempt
  cohort = 9,        ///< cohort design; id = image
  split = 10,        ///< patient split; id = hash of the patient
  sampler = 11,      ///< noise of a stochastic sampler; id = image, draw = attempt * 4096 + step
  offset = 12,       ///< noise offset, one number a channel; id = sample, draw = epoch
  perturbation = 13, ///< input perturbation; id = sample, draw = epoch
  subset = 14,       ///< which patients a part of a data set has; id = hash of the patient, or of an image without one
  measure = 15,      ///< subsets and pairs that a measure is taken of; id = what they are for, draw = number of the one drawn
  bootstrap = 16,    ///< units drawn with replacement; id = hash of what they are of, draw = number of the draw
  permutation = 17,  ///< order in which units change groups; id and draw as of bootstrap
};

/// Names one sequence of random numbers. Counter-based (Philox4x32-10, Salmon et al., SC'11): the key is the seed, the counter is
/// (block, stream | draw << 8, id), so a number depends on what it is for and never on rank, clock or batch position.
struct RandomKey {
  std::uint64_t seed = 0;
  Stream stream = Stream::init;
  std::uint64_t id = 0;
  std::uint32_t draw = 0; ///< below 2^24
};

/// Block `block` of the sequence: four 32-bit words.
std::array<std::uint32_t, 4> philox_block(const RandomKey& key, std::uint32_t block);

/// Words [4 * first_block, 4 * first_block + out.size()) of the sequence.
void fill_bits(const RandomKey& key, std::span<std::uint32_t> out, std::uint32_t first_block = 0);

/// Uniform in [0, 1), multiples of 2^-24.
void fill_uniform(const RandomKey& key, std::span<float> out);

/// Standard normals: the inverse normal distribution function of each word, by +, -, x, fma and sqrt in fp32 alone
/// (docs/reproducibility.md), the same bits on every instruction set.
void fill_normal(const RandomKey& key, std::span<float> out);

/// Uniform in [0, bound), without bias (multiply and reject, Lemire 2019). `bound` > 0.
std::uint32_t uniform_below(const RandomKey& key, std::uint32_t bound);

/// One uniform number in [0, 1).
float uniform(const RandomKey& key);

} // namespace radforge
