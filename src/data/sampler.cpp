#include "radforge/data/sampler.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/philox.hpp"

#include <algorithm>
#include <utility>

namespace radforge {
namespace {

/// A random order of 0..count-1: the places sorted by random 64-bit keys, equal keys by place.
std::vector<std::int64_t> permutation(std::size_t count, std::uint64_t seed, std::uint32_t epoch) {
  std::vector<std::uint32_t> words(2 * count);
  fill_bits({.seed = seed, .stream = Stream::shuffle, .id = epoch}, words);
  std::vector<std::pair<std::uint64_t, std::int64_t>> keys(count);
  for (std::size_t i = 0; i < count; ++i) {
    keys[i] = {std::uint64_t{words[2 * i]} << 32 | words[2 * i + 1], static_cast<std::int64_t>(i)};
  }
  std::sort(keys.begin(), keys.end());
  std::vector<std::int64_t> order(count);
  std::transform(keys.begin(), keys.end(), order.begin(), [](const auto& key) { return key.second; });
  return order;
}

} // namespace

Sampler::Sampler(std::vector<std::int64_t> ids, std::int64_t batch_size, std::uint64_t seed)
    : ids_(std::move(ids)), batch_size_(batch_size), seed_(seed) {
  require(!ids_.empty(), "at least one sample");
  require(batch_size_ >= 1, "a batch size of at least 1");
}

std::int64_t Sampler::id_at(std::uint32_t epoch, std::int64_t position) {
  if (cached_epoch_ != epoch) {
    permutation_ = permutation(ids_.size(), seed_, epoch);
    cached_epoch_ = epoch;
  }
  return ids_[static_cast<std::size_t>(permutation_[static_cast<std::size_t>(position)])];
}

std::vector<SampleTurn> Sampler::batch(std::int64_t step) { return slice(step, 0, 1); }

std::vector<SampleTurn> Sampler::slice(std::int64_t step, int rank, int num_ranks) {
  require(step >= 0, "a step of at least 0");
  require(rank >= 0 && rank < num_ranks, "a rank below the number of ranks");
  const std::int64_t first = step * batch_size_ + rank * batch_size_ / num_ranks;
  const std::int64_t last = step * batch_size_ + (rank + 1) * batch_size_ / num_ranks;
  std::vector<SampleTurn> turns;
  for (std::int64_t place = first; place < last; ++place) {
    const auto epoch = static_cast<std::uint32_t>(place / num_samples());
    turns.push_back({id_at(epoch, place % num_samples()), epoch});
  }
  return turns;
}

} // namespace radforge
