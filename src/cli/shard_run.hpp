#pragma once

#include "run_session.hpp"

#include "radforge/io/dataset_index.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace radforge {

/// The shards of a data set as work for many ranks.
struct ShardRun {
  std::string label; ///< of the progress bar
  std::int64_t num_shards = 0;
  /// The shard that lies in the folder already, if it is whole and holds what it should.
  std::function<std::optional<ShardSummary>(std::int64_t)> find;
  std::function<ShardSummary(std::int64_t)> make;
};

/// Makes the shards of this rank (every size()-th) that the folder does not hold yet. All shards' summaries, in order, on every
/// rank. Collective. Errors: StoppedError after a stop request (finished shards stay), and what `find` and `make` throw.
std::vector<ShardSummary> make_shards(const ShardRun& run, RunSession& session);

} // namespace radforge
