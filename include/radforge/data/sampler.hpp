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

/// The order of samples: epochs follow each other without a gap, each a permutation keyed by (seed, epoch). Step s takes places
/// [s * batch_size, (s + 1) * batch_size) of that sequence, whatever the number of ranks; a rank takes its slice of them.
class Sampler {
 public:
  Sampler(std::vector<std::int64_t> ids, std::int64_t batch_size, std::uint64_t seed);

  std::int64_t num_samples() const { return static_cast<std::int64_t>(ids_.size()); }
  std::int64_t batch_size() const { return batch_size_; }
  /// The global batch of step `step` (from 0). Not thread-safe: the last permutation is kept.
  std::vector<SampleTurn> batch(std::int64_t step);
  /// This rank's contiguous share of it.
  std::vector<SampleTurn> slice(std::int64_t step, int rank, int num_ranks);

 private:
  std::int64_t id_at(std::uint32_t epoch, std::int64_t position);

  std::vector<std::int64_t> ids_;
  std::int64_t batch_size_;
  std::uint64_t seed_;
  std::int64_t cached_epoch_ = -1;
  std::vector<std::int64_t> permutation_;
};

} // namespace radforge
