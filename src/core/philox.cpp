#include "radforge/core/philox.hpp"

#include "philox_kernels.hpp"
#include "radforge/core/error.hpp"

#include <Random123/philox.h>

#include <algorithm>

namespace radforge {
namespace {

constexpr float unit_step = 0x1p-24F;

float unit_interval(std::uint32_t word) { return static_cast<float>(word >> 8) * unit_step; }

void require_within_sequence(std::size_t num_words, std::uint32_t first_block) {
  constexpr std::size_t num_blocks = std::size_t{1} << 32;
  require(num_words <= 4 * (num_blocks - first_block), "at most 2^32 blocks in a random sequence");
}

} // namespace

PhiloxSequence sequence_of(const RandomKey& key, std::uint32_t first_block) {
  require(key.draw < (1U << 24), "RandomKey::draw below 2^24");
  const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  const auto high = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); };
  return {.key = {low(key.seed), high(key.seed)},
          .counter = {static_cast<std::uint32_t>(key.stream) | key.draw << 8, low(key.id), high(key.id)},
          .first_block = first_block};
}

std::array<std::uint32_t, 4> block_of(const PhiloxSequence& sequence, std::uint32_t block) {
  const auto& [c1, c2, c3] = sequence.counter;
  const auto words = r123::Philox4x32()({{block, c1, c2, c3}}, {{sequence.key[0], sequence.key[1]}});
  return {words[0], words[1], words[2], words[3]};
}

std::array<std::uint32_t, 4> philox_block(const RandomKey& key, std::uint32_t block) {
  return block_of(sequence_of(key, block), block);
}

void fill_bits(const RandomKey& key, std::span<std::uint32_t> out, std::uint32_t first_block) {
  require_within_sequence(out.size(), first_block);
  fill_bits_vectorized(sequence_of(key, first_block), out);
}

void fill_uniform(const RandomKey& key, std::span<float> out) {
  require_within_sequence(out.size(), 0);
  std::array<std::uint32_t, 1024> words;
  for (std::size_t begin = 0; begin < out.size(); begin += words.size()) {
    const std::size_t count = std::min(words.size(), out.size() - begin);
    fill_bits(key, std::span(words).first(count), static_cast<std::uint32_t>(begin / 4));
    std::transform(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count),
                   out.begin() + static_cast<std::ptrdiff_t>(begin), unit_interval);
  }
}

void fill_normal(const RandomKey& key, std::span<float> out) {
  require_within_sequence(out.size(), 0);
  fill_normal_vectorized(sequence_of(key, 0), out);
}

std::uint32_t uniform_below(const RandomKey& key, std::uint32_t bound) {
  require(bound > 0, "a bound above zero");
  // Lemire, "Fast random integer generation in an interval", TOMACS 2019: 2^32 mod bound low halves are rejected.
  const std::uint32_t threshold = -bound % bound;
  for (std::uint32_t block = 0;; ++block) {
    for (const std::uint32_t word : philox_block(key, block)) {
      const std::uint64_t product = std::uint64_t{word} * bound;
      if (static_cast<std::uint32_t>(product) >= threshold) {
        return static_cast<std::uint32_t>(product >> 32);
      }
    }
  }
}

float uniform(const RandomKey& key) { return unit_interval(philox_block(key, 0)[0]); }

} // namespace radforge
