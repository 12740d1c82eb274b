#include "shard_job.hpp"

#include "text_difference.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/progress.hpp"
#include "radforge/data/shard_maker.hpp"

#include <algorithm>

namespace radforge {

namespace fs = std::filesystem;

namespace {

bool has_shards(const fs::path& folder) {
  return std::ranges::any_of(fs::directory_iterator(folder), [](const fs::directory_entry& entry) {
    const std::string name = entry.path().filename().string();
    return name.starts_with("shard-") && name.ends_with(".h5");
  });
}

} // namespace

std::vector<ShardSummary> make_shards(const ShardJob& job, RunSession& session, const fs::path& folder) {
  Communicator& world = session.context.world;
  Progress progress({.label = job.label, .unit = "shards", .total = job.num_shards, .enabled = world.rank() == 0});
  std::vector<ShardSummary> own;
  // Round by round, so that a stop request or an error on one rank ends the others' work too.
  for (std::int64_t first = 0; first < job.num_shards; first += world.size()) {
    if (all_max(world, session.stop().requested() ? 1 : 0) > 0) {
      throw as_agreed(StoppedError("stopped on request (finished shards are kept). The same command continues"));
    }
    agree(world, [&] {
      const std::int64_t shard = first + world.rank();
      if (shard < job.num_shards) {
        const std::optional<ShardSummary> found = job.find(shard, folder);
        own.push_back(found ? *found : job.make(shard, folder, [&] { session.dir().check_ownership(); }));
      }
    });
    progress.update(std::min(first + world.size(), job.num_shards));
  }
  progress.finish();
  return own;
}

std::vector<ShardSummary> gather_summaries(std::vector<ShardSummary> own, Communicator& world) {
  const std::string text = write_summaries(own);
  own.clear(); // with half a million rows each copy counts
  std::vector<ShardSummary> all;
  for (const std::string& part : all_gather(world, text)) {
    std::vector<ShardSummary> summaries = read_summaries(part);
    std::move(summaries.begin(), summaries.end(), std::back_inserter(all));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first_id < b.first_id; });
  return all;
}

void require_same_inputs(const std::string& inputs, const RunSession& session) {
  const fs::path path = session.dir().path() / "inputs.txt";
  agree(session.context.world, [&] {
    if (session.context.world.rank() != 0) {
      return;
    }
    const std::string former = has_shards(session.dir().path()) && fs::exists(path) ? read_file(path) : inputs;
    if (former != inputs) {
      throw ConfigError("{} holds results of other inputs ({}). Name another --output, or remove the folder",
                        session.dir().path().string(), first_difference(former, inputs));
    }
    write_file_atomically(path, inputs);
  });
}

} // namespace radforge
