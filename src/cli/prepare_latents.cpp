#include "command.hpp"
#include "dataset_folder.hpp"
#include "latents_job.hpp"
#include "run_session.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/data/shard_maker.hpp"
#include "radforge/io/dataset_index.hpp"

#include <cstdio>

namespace radforge {

namespace {

namespace fs = std::filesystem;

FileSummary summary_of(const fs::path& file) { return {static_cast<std::int64_t>(fs::file_size(file)), digest_file(file)}; }

/// Removes what killed runs left half written; of the output folder itself its new owner does.
void clear_leftovers(const fs::path& folder) {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.find(".tmp-") != std::string::npos || name.find(".partial-") != std::string::npos) {
      fs::remove_all(entry.path());
    }
  }
}

DatasetIndex index_of(const LatentsConfig& config, const ShardJob& job, std::vector<ShardSummary> own,
                      const RunSession& session) {
  return {.name = "prepare",
          .config_digest = session.config_digest(),
          .schema = job.schema,
          .rows_per_shard = config.rows_per_shard,
          .shards = gather_summaries(std::move(own), session.context.world),
          .counts = {},
          .virtual_file = {}};
}

void make_text_states(const LatentsConfig& config, const LatentsJob& job, RunSession& session) {
  const fs::path folder = session.dir().path() / DatasetIndex::text_states_folder;
  agree(session.context.world, [&] {
    if (session.context.world.rank() == 0) {
      fs::create_directories(folder);
      clear_leftovers(folder);
    }
  });
  const ShardJob shards = job.text_state_shards();
  DatasetIndex index = index_of(config, shards, make_shards(shards, session, folder), session);
  publish_index(index, session, folder);
}

void prepare_latents(const LatentsConfig& config, RunSession& session) {
  const CommandContext& context = session.context;
  const fs::path& folder = session.dir().path();
  session.use(config.compute);
  const LatentsJob job(config, context.world, session.device());
  require_same_inputs(job.inputs(), session);
  if (is_complete(session)) {
    context.log.info("{} is complete and verified (same configuration, same images and models): nothing to do", folder.string());
  } else {
    if (job.text_states() != nullptr) {
      make_text_states(config, job, session);
    }
    const ShardJob shards = job.shards();
    DatasetIndex index = index_of(config, shards, make_shards(shards, session, folder), session);
    RowCounter counter;
    for (std::int64_t id = 0; id < job.latents().num_rows(); ++id) {
      counter.add(job.latents().record(id));
    }
    index.counts = counter.counts();
    agree(context.world, [&] {
      if (context.world.rank() == 0 && job.text_states() != nullptr) {
        index.text_states = summary_of(folder / DatasetIndex::text_states_folder / DatasetIndex::file_name);
      }
    });
    publish_index(index, session, folder, {config.autoencoder.empty() ? config.pipeline : config.autoencoder});
  }
  context.log.info("{} latents{}", job.latents().num_rows(),
                   job.text_states() == nullptr ? "" : fmt::format(" and {} text states", job.text_states()->num_rows()));
  if (context.world.rank() == 0) {
    std::printf("%s\n", (folder / DatasetIndex::file_name).c_str());
  }
}

} // namespace

void run_prepare_latents(const CommandContext& context) {
  LatentsConfig config;
  RunSession session(context, [&](Schema& schema) { describe(schema, config); });
  session.run([&] { prepare_latents(config, session); });
}

} // namespace radforge
