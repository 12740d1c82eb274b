#include "shard_job.hpp"

#include "text_difference.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/process_identity.hpp"
#include "radforge/core/progress.hpp"
#include "radforge/data/shard_maker.hpp"
#include "radforge/io/shard_writer.hpp"
#include "radforge/run/work_claims.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <thread>

namespace radforge {

namespace fs = std::filesystem;

namespace {

/// A shard and its number.
struct MadeShard {
  std::int64_t number = 0;
  ShardSummary summary;
};

/// The ranks of a job that work on claims each by itself: what ends one of them ends the others after the shard they are at.
class ShardWorkers {
 public:
  ShardWorkers(const ShardJob& job, RunSession& session, const fs::path& folder)
      : job_(job), session_(session), world_(session.context.world), folder_(folder),
        end_mark_(folder / "claims" / ("end-" + broadcast(world_, job_name()))) {
    agree(world_, [&] { // of a killed process that had our number
      if (world_.rank() == 0) {
        std::error_code ignored;
        fs::remove(end_mark_, ignored);
      }
    });
  }

  /// Until no shard is missing. Collective.
  void work(std::vector<MadeShard>& made) {
    bool stopped = false;
    agree(world_, [&] {
      try {
        stopped = !make_all(made);
      } catch (...) {
        end_others();
        throw;
      }
    });
    const bool any_stopped = all_max(world_, stopped ? 1 : 0) > 0;
    std::error_code ignored;
    fs::remove(end_mark_, ignored);
    if (any_stopped) {
      throw as_agreed(StoppedError("stopped on request (finished shards are kept). The same command continues"));
    }
  }

 private:
  static std::string job_name() {
    const ProcessIdentity me = this_process();
    return fmt::format("{}-{}", me.host, me.pid);
  }

  void end_others() const {
    std::ofstream mark(end_mark_); // on a full disk an empty file may fail: then the others come to the same end by themselves
  }

  /// False if the ranks are to end before all is made.
  bool make_all(std::vector<MadeShard>& made) {
    constexpr std::chrono::milliseconds least_pause{10};
    constexpr std::chrono::milliseconds most_pause{1000}; // a file system is asked by every rank that waits
    std::chrono::milliseconds pause = least_pause;
    WorkClaims claims(
        folder_ / "claims", job_.num_shards,
        [this](std::int64_t shard) { return fs::exists(folder_ / ShardWriter::file_name(shard)); },
        {.first = world_.rank(), .stride = world_.size()}, session_.context.log);
    Progress progress({.label = job_.label, .unit = "shards", .total = job_.num_shards, .enabled = world_.rank() == 0});
    while (true) {
      if (session_.stop().requested()) {
        end_others();
        return false;
      }
      if (fs::exists(end_mark_)) {
        return false;
      }
      if (world_.rank() == 0) {
        progress.update(claims.count_done());
      }
      const std::unique_ptr<WorkClaim> claim = claims.try_next();
      if (claim) {
        make_one(*claim, made);
        pause = least_pause;
      } else if (claims.all_done()) {
        progress.finish();
        return true;
      } else {
        std::this_thread::sleep_for(pause); // others are at the last ones
        pause = std::min(2 * pause, most_pause);
      }
    }
  }

  void make_one(const WorkClaim& claim, std::vector<MadeShard>& made) {
    ShardSummary summary = job_.make(claim.block(), claim.folder());
    session_.check_ownership();
    try {
      claim.check();
    } catch (const OwnedError& error) { // this process stood still for a lease
      session_.context.log.local(LogLevel::warning, fmt::format("{} is dropped: {}", summary.file, error.what()));
      return;
    }
    publish_file(claim.folder() / summary.file, folder_ / summary.file);
    made.push_back({claim.block(), std::move(summary)});
  }

  const ShardJob& job_;
  RunSession& session_;
  Communicator& world_;
  const fs::path& folder_;
  fs::path end_mark_;
};

/// Shards whose summary no rank has. Collective.
std::vector<std::int64_t> unknown_shards(const ShardJob& job, const std::vector<MadeShard>& made, Communicator& world) {
  std::string numbers;
  for (const MadeShard& shard : made) {
    numbers += fmt::format("{} ", shard.number);
  }
  std::vector<bool> known(static_cast<std::size_t>(job.num_shards));
  for (const std::string& part : all_gather(world, numbers)) {
    std::istringstream words(part);
    for (std::size_t number = 0; words >> number;) {
      known.at(number) = true;
    }
  }
  std::vector<std::int64_t> unknown;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (!known[i]) {
      unknown.push_back(static_cast<std::int64_t>(i));
    }
  }
  return unknown;
}

} // namespace

std::vector<ShardSummary> make_shards(const ShardJob& job, RunSession& session, const fs::path& folder) {
  Communicator& world = session.context.world;
  ShardWorkers workers(job, session, folder);
  std::vector<MadeShard> made;
  workers.work(made);
  if (session.joins()) {
    return {};
  }
  // What was there before, or is another job's work.
  for (auto unknown = unknown_shards(job, made, world); !unknown.empty(); unknown = unknown_shards(job, made, world)) {
    bool missing = false;
    agree(world, [&] {
      for (auto i = static_cast<std::size_t>(world.rank()); i < unknown.size(); i += static_cast<std::size_t>(world.size())) {
        if (std::optional<ShardSummary> found = job.find(unknown[i], folder)) {
          made.push_back({unknown[i], std::move(*found)});
        } else {
          fs::remove(folder / ShardWriter::file_name(unknown[i]));
          missing = true;
        }
      }
    });
    if (all_max(world, missing ? 1 : 0) > 0) {
      workers.work(made);
    }
  }
  agree(world, [&] {
    if (world.rank() == 0) {
      fs::remove_all(folder / "claims");
    }
  });
  std::vector<ShardSummary> own;
  std::ranges::transform(made, std::back_inserter(own), [](MadeShard& shard) { return std::move(shard.summary); });
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
  const fs::path& folder = session.context.line.output;
  const fs::path path = folder / "inputs.txt";
  agree(session.context.world, [&] {
    if (session.context.world.rank() != 0) {
      return;
    }
    const bool counts = session.joins() || has_results(folder);
    const std::string former = counts && fs::exists(path) ? read_file(path) : inputs;
    if (former != inputs) {
      throw ConfigError("{} holds results of other inputs ({}). Name another --output, or remove the folder", folder.string(),
                        first_difference(former, inputs));
    }
    write_file_atomically(path, inputs);
  });
}

} // namespace radforge
