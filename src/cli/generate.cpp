#include "command.hpp"
#include "dataset_folder.hpp"
#include "real_images.hpp"
#include "run_session.hpp"
#include "shard_run.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/config/generate_config.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/data/shard_maker.hpp"
#include "radforge/generate/contact_sheet.hpp"
#include "radforge/generate/generation_plan.hpp"
#include "radforge/generate/generator.hpp"
#include "radforge/io/shard_writer.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

namespace radforge {

namespace {

namespace fs = std::filesystem;

std::span<const SampleRecord> rows_of(const GenerationPlan& plan, std::int64_t shard, std::int64_t rows_per_shard) {
  const std::int64_t first = shard * rows_per_shard;
  return std::span(plan.records())
      .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(std::min(rows_per_shard, plan.num_images() - first)));
}

ShardSummary make_shard(const GenerateConfig& config, const Generator& generator, const DatasetSchema& schema,
                        std::span<const SampleRecord> planned, const fs::path& path) {
  std::vector<SampleRecord> records(planned.begin(), planned.end());
  generator.make_pixels(records);
  ShardWriter writer(path, schema,
                     {.first_id = records.front().id,
                      .num_rows = static_cast<std::int64_t>(records.size()),
                      .compression_level = static_cast<int>(config.compression_level)});
  for (const SampleRecord& record : records) {
    writer.append(record);
  }
  return writer.close();
}

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

void generate(const GenerateConfig& config, RunSession& session) {
  const CommandContext& context = session.context;
  const std::filesystem::path& folder = context.line.output;
  std::optional<GenerationPlan> plan;
  agree(context.world, [&] {
    plan.emplace(config);
    if (context.world.rank() == 0) {
      write_file_atomically(folder / "plan.csv", plan->csv());
    }
  });

  std::optional<Generator> generator;
  agree(context.world, [&] { generator.emplace(config); });
  DatasetSchema schema = generator->schema();
  schema.findings = plan->findings();
  const auto path_of = [&](std::int64_t shard) { return folder / ShardWriter::file_name(shard); };
  const auto rows = [&](std::int64_t shard) { return rows_of(*plan, shard, config.rows_per_shard); };
  const ShardRun shards{"generate", num_shards_of(plan->num_images(), config.rows_per_shard),
                        [&](std::int64_t shard) { return find_shard(path_of(shard), schema, rows(shard)); },
                        [&](std::int64_t shard) { return make_shard(config, *generator, schema, rows(shard), path_of(shard)); }};
  const DatasetIndex index{.name = "generate",
                           .config_digest = session.config_digest(),
                           .schema = schema,
                           .rows_per_shard = config.rows_per_shard,
                           .shards = make_shards(shards, session),
                           .counts = count_rows(plan->records())};
  publish_index(index, session);
  agree(context.world, [&] {
    if (context.world.rank() == 0) {
      write_sheet(config.sheet, *plan, folder);
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
