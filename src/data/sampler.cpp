#include "radforge/data/sampler.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/philox.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace radforge {
namespace {

/// A random order of 0..count-1: the places sorted by random 64-bit keys, equal keys by place.
std::vector<std::int64_t> permutation(std::size_t count, std::uint64_t seed, std::size_t source, std::uint32_t epoch) {
  std::vector<std::uint32_t> words(2 * count);
  fill_bits({.seed = seed, .stream = Stream::shuffle, .id = std::uint64_t{source} << 32 | epoch}, words);
  std::vector<std::pair<std::uint64_t, std::int64_t>> keys(count);
  for (std::size_t i = 0; i < count; ++i) {
    keys[i] = {std::uint64_t{words[2 * i]} << 32 | words[2 * i + 1], static_cast<std::int64_t>(i)};
  }
  std::sort(keys.begin(), keys.end());
  std::vector<std::int64_t> order(count);
  std::transform(keys.begin(), keys.end(), order.begin(), [](const auto& key) { return key.second; });
  return order;
}

std::int64_t part_of(double share, std::int64_t places) {
  return static_cast<std::int64_t>(std::floor(share * static_cast<double>(places)));
}

} // namespace

Sampler::Sampler(std::vector<SamplerSource> sources, std::int64_t batch_size, std::uint64_t seed)
    : batch_size_(batch_size), seed_(seed) {
  require(!sources.empty(), "at least one source");
  require(batch_size_ >= 1, "a batch size of at least 1");
  double weight_left = 0;
  for (const SamplerSource& source : sources) {
    require(!source.ids.empty(), "at least one sample in each source");
    require(source.weight > 0, "a weight above 0");
    weight_left += source.weight;
  }
  for (SamplerSource& source : sources) {
    sources_.push_back({.ids = std::move(source.ids), .share = source.weight / weight_left, .permutation = {}});
    weight_left -= source.weight;
  }
}

Sampler::Sampler(std::vector<std::int64_t> ids, std::int64_t batch_size, std::uint64_t seed)
    : Sampler(std::vector<SamplerSource>{{std::move(ids), 1}}, batch_size, seed) {}

SampleTurn Sampler::turn_at(std::int64_t place) {
  // The first source has its share of the places, evenly spread; the next its share of those that are left; the last the rest.
  for (std::size_t i = 0; i + 1 < sources_.size(); ++i) {
    const std::int64_t before = part_of(sources_[i].share, place);
    if (part_of(sources_[i].share, place + 1) > before) {
      return turn_of(i, before);
    }
    place -= before;
  }
  return turn_of(sources_.size() - 1, place);
}

SampleTurn Sampler::turn_of(std::size_t source_index, std::int64_t place) {
  Source& source = sources_[source_index];
  const auto num_samples = static_cast<std::int64_t>(source.ids.size());
  const auto epoch = static_cast<std::uint32_t>(place / num_samples);
  if (source.cached_epoch != epoch) {
    source.permutation = permutation(source.ids.size(), seed_, source_index, epoch);
    source.cached_epoch = epoch;
  }
  const auto position = static_cast<std::size_t>(source.permutation[static_cast<std::size_t>(place % num_samples)]);
  return {source.ids[position], epoch};
}

std::vector<SampleTurn> Sampler::batch(std::int64_t step) { return slice(step, 0, 1); }

std::vector<SampleTurn> Sampler::slice(std::int64_t step, int rank, int num_ranks) {
  require(step >= 0, "a step of at least 0");
  require(rank >= 0 && rank < num_ranks, "a rank below the number of ranks");
  const std::int64_t first = step * batch_size_ + rank * batch_size_ / num_ranks;
  const std::int64_t last = step * batch_size_ + (rank + 1) * batch_size_ / num_ranks;
  std::vector<SampleTurn> turns;
  for (std::int64_t place = first; place < last; ++place) {
    turns.push_back(turn_at(place));
  }
  return turns;
}

} // namespace radforge
