#pragma once

#include <cstdint>
#include <vector>

namespace radforge {

/// A sample's turn: which one, and in which pass over the data. All randomness of a training step is keyed by this pair.
struct SampleTurn {
  std::int64_t id = 0;
  std::uint32_t epoch = 0;

  bool operator==(const SampleTurn&) const = default;
};

/// Samples that take turns, and how often beside those of other sources.
struct SamplerSource {
  std::vector<std::int64_t> ids;
  double weight = 1;
};

/// The order of samples. Each source is a sequence of epochs without a gap, each a permutation keyed by (seed, source, epoch);
/// the sources interleave by their weights, so that among any number of places from the first on each has its share to within
/// (number of sources - 1). Step s takes places [s * batch_size, (s + 1) * batch_size), whatever the number of ranks; a rank
/// takes its slice of them.
class Sampler {
 public:
  Sampler(std::vector<SamplerSource> sources, std::int64_t batch_size, std::uint64_t seed);
  /// One source.
  Sampler(std::vector<std::int64_t> ids, std::int64_t batch_size, std::uint64_t seed);

  std::int64_t batch_size() const { return batch_size_; }
  /// The global batch of step `step` (from 0). Not thread-safe: the last permutations are kept.
  std::vector<SampleTurn> batch(std::int64_t step);
  /// This rank's contiguous share of it.
  std::vector<SampleTurn> slice(std::int64_t step, int rank, int num_ranks);

 private:
  struct Source {
    std::vector<std::int64_t> ids;
    double share = 1; ///< of the places that the sources before leave
    std::int64_t cached_epoch = -1;
    std::vector<std::int64_t> permutation;
  };

  SampleTurn turn_at(std::int64_t place);
  SampleTurn turn_of(std::size_t source, std::int64_t place);

  std::vector<Source> sources_;
  std::int64_t batch_size_;
  std::uint64_t seed_;
};

} // namespace radforge
