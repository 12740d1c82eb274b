#include "shard_run.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/progress.hpp"
#include "radforge/data/shard_maker.hpp"

#include <algorithm>

namespace radforge {

std::vector<ShardSummary> make_shards(const ShardRun& run, RunSession& session) {
  Communicator& world = session.context.world;
  const std::int64_t num_own = (run.num_shards - world.rank() + world.size() - 1) / world.size();
  Progress progress({.label = world.size() == 1 ? run.label : fmt::format("{}, rank 0 of {}", run.label, world.size()),
                     .unit = "shards",
                     .total = num_own,
                     .enabled = world.rank() == 0});
  std::vector<ShardSummary> own;
  agree(world, [&] {
    for (std::int64_t shard = world.rank(); shard < run.num_shards && !session.stop().requested(); shard += world.size()) {
      session.dir().check_ownership();
      const std::optional<ShardSummary> found = run.find(shard);
      own.push_back(found ? *found : run.make(shard));
      progress.update(static_cast<std::int64_t>(own.size()));
    }
  });
  progress.finish();
  if (all_max(world, session.stop().requested() ? 1 : 0) > 0) {
    throw as_agreed(StoppedError("stopped on request (finished shards are kept). The same command continues"));
  }
  std::vector<ShardSummary> all;
  for (const std::string& text : all_gather(world, write_summaries(own))) {
    const std::vector<ShardSummary> part = read_summaries(text);
    all.insert(all.end(), part.begin(), part.end());
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first_id < b.first_id; });
  return all;
}

} // namespace radforge
