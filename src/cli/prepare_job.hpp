#pragma once

#include "shard_job.hpp"

#include "radforge/config/prepare_config.hpp"
#include "radforge/data/shard_maker.hpp"

#include <vector>

namespace radforge {

/// Real images to be made into shards.
class PrepareJob {
 public:
  /// Reads the sites' tables on every rank. Collective. `config` outlives the object. Errors: as read_manifest.
  PrepareJob(const PrepareConfig& config, Communicator& world);
  PrepareJob(const PrepareJob&) = delete;
  PrepareJob& operator=(const PrepareJob&) = delete;

  /// Outlived by this object.
  ShardJob shards();
  const Manifest& manifest() const { return manifest_; }
  /// Of the shards that `find` or `make` gave so far on all ranks. Collective. Errors: IoError when a rank sees an image that
  /// another does not.
  std::vector<ImageFault> faults() const;

 private:
  ShardSummary note(PreparedShard shard);

  const PrepareConfig& config_;
  Communicator& world_;
  Manifest manifest_;
  std::vector<ImageFault> own_faults_;
};

} // namespace radforge
