#pragma once

#include "radforge/nn/parameter_set.hpp"
#include "radforge/train/checkpoint_origin.hpp"
#include "radforge/train/train_state.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace radforge {

struct CheckpointManifest;

/// A published checkpoint set, to be checked and loaded; on any number of ranks, whatever number wrote it.
class CheckpointSet {
 public:
  /// Steps of the sets in a run's folder of checkpoints, newest first: what has the name of a set, whole or not. Errors: IoError.
  static std::vector<std::int64_t> steps_in(const std::filesystem::path& folder);
  /// The manifest's text, for the ranks to see one and the same. Errors: DataError if it is missing, IoError.
  static std::string read_manifest(const std::filesystem::path& folder, std::int64_t step);

  /// Errors: DataError for a manifest that is damaged or not of this step.
  CheckpointSet(const std::filesystem::path& folder, std::int64_t step, const std::string& manifest);
  ~CheckpointSet();
  CheckpointSet(CheckpointSet&&) noexcept;

  std::int64_t step() const;
  int num_ranks() const;
  const CheckpointOrigin& origin() const;

  /// Reads the files of part `part` of `num_parts` on `num_threads` threads. Errors: DataError that names a file that is missing
  /// or differs from the manifest; IoError.
  void verify(int part, int num_parts, int num_threads) const;
  /// Copies the state into that of `state`, whose range may be any. Before anything is changed: DataError unless the set is one
  /// of parameters of these names, shapes and places. Interval means of another number of sums begin anew.
  void load(const TrainState& state, const ParameterSet& layout, int num_threads) const;

 private:
  std::filesystem::path path_;
  std::unique_ptr<CheckpointManifest> manifest_;
};

} // namespace radforge
