#include "command.hpp"
#include "dataset_folder.hpp"
#include "prepare_job.hpp"
#include "run_session.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/data/shard_maker.hpp"
#include "radforge/io/dataset_index.hpp"

#include <cstdio>
#include <memory>
#include <set>

namespace radforge {
namespace {

void report_tables(const Manifest& manifest, const Log& log) {
  for (const auto& [what, count] : manifest.notes) {
    log.info("{}: {} rows", what, count);
  }
}

void report_rejections(const std::vector<Rejection>& rejections, const Log& log) {
  for (const auto& [reason, count] : count_by_reason(rejections, Rejection::Kind::choice)) {
    log.info("left out {} rows: {}", count, reason);
  }
  for (const auto& [reason, count] : count_by_reason(rejections, Rejection::Kind::fault)) {
    log.warning("rejected {} rows: {}", count, reason);
  }
}

void report(const DatasetIndex& index, const std::filesystem::path& folder, const CommandContext& context) {
  for (const char* what : {"site", "split"}) {
    const auto counts = index.counts.find(what);
    if (counts != index.counts.end()) {
      for (const auto& [value, count] : counts->second) {
        context.log.info("{} {}: {} rows", what, value, count);
      }
    }
  }
  if (context.world.rank() == 0) {
    std::printf("%s\n", (folder / DatasetIndex::file_name).c_str());
  }
}

std::map<std::string, std::map<std::string, std::int64_t>> count_rows(const Manifest& manifest,
                                                                      const std::vector<ImageFault>& faults) {
  std::set<std::size_t> faulty;
  for (const ImageFault& fault : faults) {
    faulty.insert(fault.row);
  }
  RowCounter counter;
  for (std::size_t i = 0; i < manifest.rows.size(); ++i) {
    SampleRecord record = manifest.rows[i].record;
    record.status = faulty.count(i) > 0 ? "rejected" : "ok";
    counter.add(record);
  }
  return counter.counts();
}

void prepare(const PrepareConfig& config, RunSession& session) {
  const CommandContext& context = session.context;
  const std::filesystem::path& folder = context.line.output;
  auto job = std::make_unique<PrepareJob>(config, context.world);
  report_tables(job->manifest(), context.log);
  const ShardJob shards = job->shards();
  require_same_inputs(shards.inputs, session);
  if (is_complete(session)) {
    context.log.info("{} is complete and verified (same configuration, same tables): nothing to do", folder.string());
    report(DatasetIndex::load(folder), folder, context);
    return;
  }

  std::vector<ShardSummary> own = make_shards(shards, session, folder);
  const std::vector<ImageFault> faults = job->faults();
  const std::vector<Rejection> rejections = all_rejections(config, job->manifest(), faults);
  report_rejections(rejections, context.log);
  agree(context.world, [&] {
    if (context.world.rank() == 0) {
      write_file_atomically(folder / "rejected.csv", rejected_csv(rejections));
    }
    require_few_faults(rejections, job->manifest().rows.size() + job->manifest().rejections.size(), config.max_rejected_fraction);
  });
  auto counts = count_rows(job->manifest(), faults);
  job.reset(); // before the index takes its memory
  DatasetIndex index{.name = "prepare",
                     .config_digest = session.config_digest(),
                     .schema = shards.schema,
                     .rows_per_shard = config.rows_per_shard,
                     .shards = gather_summaries(std::move(own), context.world),
                     .counts = std::move(counts),
                     .virtual_file = {}};
  publish_index(index, session, folder);
  report(index, folder, context);
}

} // namespace

void run_prepare(const CommandContext& context) {
  std::string task;
  agree(context.world, [&] { task = peek_config(context.line.config, context.line.overrides, "task"); });
  if (task == "latents") {
    run_prepare_latents(context);
    return;
  }
  PrepareConfig config;
  RunSession session(context, [&](Schema& schema) { describe(schema, config); });
  session.run([&] { prepare(config, session); });
}

} // namespace radforge
