#pragma once

#include "run_session.hpp"

#include "radforge/io/dataset_index.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace radforge {

/// The shards of a data set as work for many ranks: what `prepare` and `generate` have in common, and `repair` does again.
struct ShardJob {
  std::string label;  ///< of the progress bar
  std::string inputs; ///< digests of all that the shards are made of, beside the configuration
  DatasetSchema schema;
  std::int64_t num_shards = 0;
  /// The shard that lies in the folder already, if it is whole and holds what it should.
  std::function<std::optional<ShardSummary>(std::int64_t shard, const std::filesystem::path& folder)> find;
  /// Makes the shard in the folder, its file whole or not there.
  std::function<ShardSummary(std::int64_t shard, const std::filesystem::path& folder)> make;
};

/// Makes the shards that `folder` (the session's, or one in it) does not hold yet: who is free takes the next, among all ranks of
/// all jobs that work here. A shard is made in the folder of its claim and moved to its place when it is whole. Returns the
/// summaries of this rank's share of all shards; those that it did not make are looked through, and made again if they are not
/// what they should be. A session that joined another job's makes shards and returns none. Collective.
/// Errors: StoppedError after a stop request (finished shards stay), and what `find` and `make` throw.
std::vector<ShardSummary> make_shards(const ShardJob& job, RunSession& session, const std::filesystem::path& folder);

/// The summaries of all ranks' shards, in the order of ids, on every rank. Collective.
std::vector<ShardSummary> gather_summaries(std::vector<ShardSummary> own, Communicator& world);

/// Writes `inputs.txt`, or throws ConfigError when the folder holds results of other inputs. Collective.
void require_same_inputs(const std::string& inputs, const RunSession& session);

} // namespace radforge
