#pragma once

#include "radforge/core/background_task.hpp"
#include "radforge/core/file_system.hpp"
#include "radforge/core/span_log.hpp"
#include "radforge/nn/parameter_set.hpp"
#include "radforge/train/checkpoint_origin.hpp"
#include "radforge/train/train_state.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace radforge {

struct CheckpointerOptions {
  std::int64_t keep = 2;  ///< newest whole sets that stay, at least 2: the newest may turn out damaged
  std::int64_t epoch = 0; ///< of the run folder's owner: for temporary names, and in the manifest
  int rank = 0;
  int num_ranks = 1;
  CheckpointOrigin origin;
  /// Called in the background on rank 0, and free to throw what ends the save: when all is written but the manifest, and right
  /// before the set gets its name.
  std::function<void()> before_manifest = [] {};
  std::function<void()> before_rename = [] {};
  SpanLog* spans = nullptr; ///< told of what is done in the background; outlives the checkpointer
};

/// Writes checkpoint sets in a folder, one rank's part in them. A set is `step-N/` with a file of each rank's share of the flat
/// buffers, a file of the state that all ranks hold alike, and a manifest with sizes and digests. It is written as
/// `step-N.tmp-<epoch>`, flushed, and gets its name by a rename; a set without a valid manifest does not exist.
///
/// One set at a time, in phases that the ranks enter together; who counts on this class sees to that:
/// 1. begin() on rank 0; when it is through, write() on every rank. Training goes on.
/// 2. When is_over() on all ranks, join() on each; if none failed, publish() on rank 0. Training goes on.
/// 3. When is_over() on rank 0, join() there. After any failure discard() on rank 0, once all are over.
class Checkpointer {
 public:
  /// The file system outlives the object. `layout` is read here alone. Takes the memory of one more copy of this rank's share.
  Checkpointer(std::filesystem::path folder, CheckpointerOptions options, ParameterSet& layout, FileSystem& system);
  /// Gives up writing; what is there of the set is removed by the next begin().
  ~Checkpointer();

  /// Makes the folder of the set of `step`, for a state of these sizes, after removing what earlier saves left. Errors: IoError,
  /// also where the disk has no room for the set.
  void begin(std::int64_t step, const TrainState& state);
  /// Copies this rank's share of `state`, which may change afterwards, and writes the copy in the background.
  void write(std::int64_t step, const TrainState& state);
  /// Manifest and name for the set that write() was called for, in the background; then sets that are too many go: of those up to
  /// this step the newest `keep` stay, later ones are a future that was discarded. Of the steps `milestones`, ascending, the last
  /// one that each of these `keep` knows of stays too.
  void publish(std::vector<std::int64_t> milestones = {});
  /// Removes what was written of the set. Errors: IoError.
  void discard();

  bool is_over() const { return task_.is_over(); }
  bool has_failed() const { return task_.has_failed(); }
  void wait() const { task_.wait(); }
  /// Waits for the phase to end on this rank. Errors: IoError; what the options' functions throw.
  void join() { task_.join(); }
  /// What is being written is to be given up: is_over() comes soon.
  void cancel() { cancelled_ = true; }

  /// What went wrong after the last set had its name (an old one that cannot be removed).
  std::vector<std::string> take_problems();

 private:
  std::string share_name(int rank) const;
  void write_files();
  void publish_set();
  void prune();
  void write_hint();

  std::filesystem::path folder_;
  CheckpointerOptions options_;
  FileSystem& system_;
  std::vector<ParameterSet::Entry> entries_;
  std::int64_t num_elements_;
  FlatRange share_;

  std::int64_t step_ = 0;
  at::Tensor staged_; ///< four rows: parameters, moments, average
  at::Tensor staged_buffers_;
  std::vector<double> staged_means_;
  std::vector<std::int64_t> milestones_;
  std::atomic<bool> cancelled_{false};
  std::vector<std::string> problems_; ///< of the job; read when it is over
  BackgroundTask task_;               ///< last: its job uses the others
};

} // namespace radforge
