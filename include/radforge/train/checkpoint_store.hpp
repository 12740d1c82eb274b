#pragma once

#include "radforge/nn/parameter_set.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace radforge {

/// The state of a training run between two steps, as flat buffers of one ParameterSet's layout.
struct TrainState {
  const ParameterSet& layout;
  at::Tensor& parameters;
  at::Tensor& first_moment;
  at::Tensor& second_moment;
  at::Tensor& average;
};

/// Checkpoint sets in a folder: `step-N/` with safetensors files and `manifest.json` (sizes, digests, configuration digest). A
/// set is written as `step-N.tmp-<epoch>`, synced, renamed; one without a valid manifest does not exist. One process writes.
class CheckpointStore {
 public:
  struct Options {
    std::int64_t keep = 2;     ///< newest sets that stay
    std::int64_t epoch = 0;    ///< of the run folder's owner, for temporary names
    std::string config_digest; ///< of the resolved configuration
    /// Called when a set is written, right before it gets its name: throws if it must not.
    std::function<void()> before_publish = [] {};
  };

  CheckpointStore(std::filesystem::path folder, Options options);

  /// Publishes the set of `step`. Of the former sets stay the newest of earlier steps, `keep` with this one; those of later steps
  /// are a future that was discarded, and go, as does what earlier epochs left half written. Errors: IoError; until the new set
  /// is published, the former ones are untouched.
  void save(std::int64_t step, const TrainState& state);

  struct Found {
    std::int64_t step = 0;
    std::filesystem::path folder;
    std::string config_digest;
  };
  /// The newest set whose files all have the digests of its manifest. Broken sets are named in `problems`.
  struct Search {
    std::optional<Found> newest;
    std::vector<std::string> problems;
  };
  Search search() const;
  /// The set of one step, unchecked but for its manifest: another rank found it. Errors: DataError, IoError.
  Found at(std::int64_t step) const;

  /// Errors: DataError, IoError; ConfigError when the set belongs to another configuration.
  void load(const Found& found, const TrainState& state) const;

 private:
  void write(const std::filesystem::path& target, std::int64_t step, const TrainState& state) const;
  void remove_left_sets() const;
  void prune(std::int64_t saved_step) const;

  std::filesystem::path folder_;
  Options options_;
};

} // namespace radforge
