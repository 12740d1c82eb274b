#include "command.hpp"
#include "dataset_folder.hpp"
#include "run_session.hpp"
#include "shard_run.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/config/prepare_config.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/progress.hpp"
#include "radforge/data/rejections.hpp"
#include "radforge/data/shard_maker.hpp"
#include "radforge/io/dataset_index.hpp"

#include <cstdio>

namespace radforge {
namespace {

Progress::Options progress_options(const char* label, const Communicator& world, std::size_t total) {
  return {.label = world.size() == 1 ? label : fmt::format("{}, rank 0 of {}", label, world.size()),
          .total = static_cast<std::int64_t>(total),
          .enabled = world.rank() == 0};
}

/// Reads the tables and decodes every image once, each rank its share, so that all ranks know the rows that remain.
Manifest make_manifest(const PrepareConfig& config, Communicator& world) {
  Manifest manifest;
  agree(world, [&] { manifest = read_manifest(config); });
  require_equal(world, fmt::format("{} rows\n{}", manifest.rows.size(), rejected_csv(manifest)), "list of usable rows");

  const auto rank = static_cast<std::size_t>(world.rank());
  const auto num_ranks = static_cast<std::size_t>(world.size());
  const std::size_t first = rank * manifest.rows.size() / num_ranks;
  const std::size_t last = (rank + 1) * manifest.rows.size() / num_ranks;
  Progress progress(progress_options("check", world, last - first));
  std::vector<ImageFault> own;
  agree(world, [&] {
    own = find_image_faults(manifest, first, last,
                            [&](std::size_t row) { progress.update(static_cast<std::int64_t>(row + 1 - first)); });
  });
  progress.finish();
  std::vector<ImageFault> faults;
  for (const std::string& text : all_gather(world, write_faults(own))) {
    const std::vector<ImageFault> part = read_faults(text);
    faults.insert(faults.end(), part.begin(), part.end());
  }
  return without_faults(std::move(manifest), faults, config);
}

void report_rejections(const Manifest& manifest, const Log& log) {
  for (const auto& [reason, count] : manifest.rejections_by_reason()) {
    log.warning("rejected {} rows: {}", count, reason);
  }
}

void report(const DatasetIndex& index, const std::filesystem::path& folder, const CommandContext& context) {
  for (const char* what : {"site", "split"}) {
    for (const auto& [value, count] : index.counts.at(what)) {
      context.log.info("{} {}: {} rows", what, value, count);
    }
  }
  if (context.world.rank() == 0) {
    std::printf("%s\n", (folder / DatasetIndex::file_name).c_str());
  }
}

void prepare(const PrepareConfig& config, RunSession& session) {
  const CommandContext& context = session.context;
  Communicator& world = context.world;
  const std::filesystem::path& folder = context.line.output;
  bool complete = false;
  agree(world, [&] { complete = world.rank() == 0 && is_complete(folder, session.config_digest()); });
  if (all_max(world, complete ? 1 : 0) > 0) {
    context.log.info("{} is complete and verified (same configuration): nothing to do", folder.string());
    report(DatasetIndex::load(folder), folder, context);
    return;
  }

  const Manifest manifest = make_manifest(config, world);
  report_rejections(manifest, context.log);
  agree(world, [&] {
    if (world.rank() == 0) {
      write_file_atomically(folder / "rejected.csv", rejected_csv(manifest));
    }
    require_few_rejections(manifest, config.max_rejected_fraction);
  });

  const ShardRun shards{"prepare", num_shards_of(static_cast<std::int64_t>(manifest.rows.size()), config.rows_per_shard),
                        [&](std::int64_t shard) { return find_shard(config, manifest, shard, folder); },
                        [&](std::int64_t shard) { return make_shard(config, manifest, shard, folder); }};
  const DatasetIndex index{.name = "prepare",
                           .config_digest = session.config_digest(),
                           .schema = schema_of(config),
                           .rows_per_shard = config.rows_per_shard,
                           .shards = make_shards(shards, session),
                           .counts = count_rows(records_of(manifest))};
  publish_index(index, session);
  report(index, folder, context);
}

} // namespace

void run_prepare(const CommandContext& context) {
  PrepareConfig config;
  RunSession session(context, [&](Schema& schema) { describe(schema, config); });
  session.run([&] { prepare(config, session); });
}

} // namespace radforge
