#pragma once

#include "radforge/core/span_log.hpp"
#include "radforge/data/augmenter.hpp"
#include "radforge/data/mixture.hpp"
#include "radforge/data/sampler.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace radforge {

/// This rank's slice of a global batch.
struct Batch {
  std::int64_t step = 0;
  std::vector<SampleTurn> turns;
  std::vector<std::uint8_t> values; ///< turns.size() x Mixture::schema().num_bytes(): pixels, or moments of latents
};

/// Reads and augments the batches of steps [first_step, last_step) ahead of time on worker threads and hands them out in order.
/// An error in a worker is thrown by `next`.
class Loader {
 public:
  struct Options {
    std::int64_t first_step = 0;
    std::int64_t last_step = 0;
    int rank = 0;
    int num_ranks = 1;
    int num_threads = 1;
    int num_ahead = 4;        ///< batches
    SpanLog* spans = nullptr; ///< told of each batch that is read; outlives the loader
  };

  /// The mixture outlives the loader.
  Loader(const Mixture& mixture, Sampler sampler, Augmenter augmenter, Options options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Errors: DataError, IoError.
  Batch next();
  /// Seconds that calls of `next` have waited so far.
  double wait_s() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace radforge
