#include "command.hpp"
#include "dataset_folder.hpp"
#include "generate_job.hpp"
#include "real_images.hpp"
#include "run_session.hpp"
#include "truncated_prompts.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/data/shard_maker.hpp"
#include "radforge/io/contact_sheet.hpp"

#include <algorithm>
#include <cstdio>
#include <set>

namespace radforge {

namespace {

namespace fs = std::filesystem;

// The first planned images, and beside each a real one of the same sex and age group where the data set has one.
void write_sheet(const SheetConfig& sheet, const GenerationPlan& plan, const fs::path& folder) {
  const auto count = static_cast<std::size_t>(std::min(sheet.rows * sheet.columns, plan.num_images()));
  const std::span<const SampleRecord> shown = std::span(plan.records()).first(count);
  std::vector<std::int64_t> ids;
  for (const SampleRecord& record : shown) {
    ids.push_back(record.id);
  }
  const std::vector<Image> real = sheet.real_dataset.empty() ? std::vector<Image>() : real_images_like(shown, sheet);
  write_png(folder / "contact_sheet.png",
            make_contact_sheet(real, images_of(Dataset(folder), ids), static_cast<int>(sheet.columns)));
}

std::map<std::string, std::map<std::string, std::int64_t>> count_rows(const GenerationPlan& plan) {
  RowCounter counter;
  for (const SampleRecord& record : plan.records()) {
    counter.add(record);
  }
  return counter.counts();
}

std::set<std::string> prompts_of(const GenerationPlan& plan) {
  std::set<std::string> prompts;
  for (const SampleRecord& record : plan.records()) {
    prompts.insert(record.prompt);
  }
  return prompts;
}

void generate(const GenerateConfig& config, RunSession& session) {
  const CommandContext& context = session.context;
  const fs::path& folder = context.line.output;
  const GenerateJob job(config, context.world);
  agree(context.world, [&] {
    if (!config.sheet.real_dataset.empty()) { // hours before the sheet is made
      require_images(DatasetIndex::load(config.sheet.real_dataset).schema, config.sheet.real_dataset);
    }
  });
  const ShardJob shards = job.shards();
  require_same_inputs(shards.inputs, session);
  agree(context.world, [&] {
    if (context.world.rank() == 0) {
      write_file_atomically(folder / "plan.csv", job.plan().csv());
      warn_of_truncated_prompts(prompts_of(job.plan()), fs::path(config.pipeline) / "tokenizer", context.log);
    }
  });
  DatasetIndex index{.name = "generate",
                     .config_digest = session.config_digest(),
                     .schema = shards.schema,
                     .rows_per_shard = config.rows_per_shard,
                     .shards = gather_summaries(make_shards(shards, session, folder), context.world),
                     .counts = count_rows(job.plan()),
                     .virtual_file = {}};
  publish_index(index, session, folder, {config.pipeline});
  agree(context.world, [&] {
    if (context.world.rank() == 0) {
      write_sheet(config.sheet, job.plan(), folder);
    }
  });
  context.log.info("{} images in {} shards", index.num_rows(), index.shards.size());
  if (context.world.rank() == 0) {
    std::printf("%s\n", (folder / "contact_sheet.png").c_str());
  }
}

} // namespace

void run_generate(const CommandContext& context) {
  GenerateConfig config;
  RunSession session(context, [&](Schema& schema) { describe(schema, config); });
  session.run([&] { generate(config, session); });
}

} // namespace radforge
