#include "command.hpp"
#include "dataset_folder.hpp"
#include "generate_job.hpp"
#include "latents_job.hpp"
#include "prepare_job.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/config/load.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include <algorithm>
#include <cstdio>

namespace radforge {

namespace {

namespace fs = std::filesystem;

/// Numbers of the listed shards that are damaged or missing.
std::vector<std::size_t> damaged_shards(const DatasetIndex& index, const VerifyReport& report) {
  std::vector<std::size_t> damaged;
  for (std::size_t i = 0; i < index.shards.size(); ++i) {
    if (std::ranges::find(report.damaged_files, index.shards[i].file) != report.damaged_files.end()) {
      damaged.push_back(i);
    }
  }
  return damaged;
}

void require_as_listed(bool same, const std::string& file) {
  if (!same) {
    throw DataError(
        "{} comes out different from what {} lists (its inputs, or the libraries that write it, have changed since) it "
        "was not replaced: make the data set again in another folder",
        file, DatasetIndex::file_name);
  }
}

/// Makes shard `shard` aside, and puts it in its place above the workshop if it is what the index lists.
void remake(std::size_t shard, const DatasetIndex& index, const ShardJob& job, const fs::path& workshop,
            const RunSession& session) {
  const ShardSummary& expected = index.shards[shard];
  const ShardSummary made = job.make(static_cast<std::int64_t>(shard), workshop);
  if (made != expected) {
    fs::remove(workshop / expected.file);
  }
  require_as_listed(made == expected, expected.file);
  session.dir().check_ownership();
  publish_file(workshop / expected.file, workshop.parent_path() / expected.file);
}

/// `folder` is the session's, or one in it.
void repair(const ShardJob& job, RunSession& session, const fs::path& folder) {
  const CommandContext& context = session.context;
  Communicator& world = context.world;
  require_same_inputs(job.inputs, session);
  DatasetIndex index;
  agree(world, [&] { index = DatasetIndex::load(folder); });
  const VerifyReport report = verify_in_parallel(folder, VerifyDepth::files, world);
  for (const std::string& problem : report.problems) {
    context.log.warning("{}", problem);
  }
  const std::vector<std::size_t> damaged = damaged_shards(index, report);
  const fs::path workshop = folder / "repair";
  agree(world, [&] {
    if (world.rank() == 0) {
      fs::create_directories(workshop);
    }
  });
  agree(world, [&] {
    for (auto i = static_cast<std::size_t>(world.rank()); i < damaged.size(); i += static_cast<std::size_t>(world.size())) {
      remake(damaged[i], index, job, workshop, session);
    }
  });
  agree(world, [&] {
    if (world.rank() == 0) {
      DatasetIndex again = index;
      again.save(workshop);
      fs::remove_all(workshop);
      require_as_listed(again.virtual_file == index.virtual_file, DatasetIndex::virtual_file_name);
    }
  });
  publish_index(index, session, folder);
  const VerifyReport after = verify_in_parallel(folder, VerifyDepth::files, world);
  if (!after.problems.empty()) {
    throw as_agreed(DataError("{} has {} problems still ({}). Give the command that made it again", folder.string(),
                              after.problems.size(), after.problems.front()));
  }
  if (world.rank() == 0) {
    std::printf("%s: %zu of %zu shards made again, every digest holds\n", folder.c_str(), damaged.size(), index.shards.size());
  }
}

// Each: the session of the command that made the folder, and the shards it would make.

void repair_images(const CommandContext& context) {
  PrepareConfig config;
  RunSession session(context, [&](Schema& schema) { describe(schema, config); });
  session.run([&] {
    PrepareJob job(config, context.world);
    repair(job.shards(), session, session.dir().path());
  });
}

void repair_generated(const CommandContext& context) {
  GenerateConfig config;
  RunSession session(context, [&](Schema& schema) { describe(schema, config); });
  session.run([&] {
    session.use(config.compute);
    GenerateJob job(config, context.world, session.device());
    repair(job.shards(), session, session.dir().path());
  });
}

void repair_latents(const CommandContext& context) {
  LatentsConfig config;
  RunSession session(context, [&](Schema& schema) { describe(schema, config); });
  session.run([&] {
    session.use(config.compute);
    const LatentsJob job(config, context.world, session.device());
    const fs::path& folder = session.dir().path();
    if (job.text_states() != nullptr) { // first: what lies above checks them
      repair(job.text_state_shards(), session, folder / DatasetIndex::text_states_folder);
    }
    repair(job.shards(), session, folder);
  });
}

} // namespace

void run_repair(const CommandContext& context) {
  CommandLine line = context.line;
  line.output = line.config;
  line.config = line.output / "config.yaml";
  std::string task;
  agree(context.world, [&] {
    if (!fs::exists(line.output / DatasetIndex::file_name)) {
      throw DataError("{} is no finished data set (it has no {}). Give the command that makes it again", line.output.string(),
                      DatasetIndex::file_name);
    }
    task = peek_config(line.config, {}, "task");
  });
  const CommandContext folder_context{line, context.world, context.log, context.stop, context.node};
  if (task == "generation") {
    repair_generated(folder_context);
  } else if (task == "latents") {
    repair_latents(folder_context);
  } else {
    repair_images(folder_context);
  }
}

} // namespace radforge
