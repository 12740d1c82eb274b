#include "generate_job.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/data/shard_maker.hpp"
#include "radforge/io/shard_writer.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace radforge {

namespace fs = std::filesystem;

namespace {

/// A digest of every file of the pipeline: other weights make other images.
std::string inputs_of(const fs::path& pipeline) {
  std::set<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(pipeline)) {
    if (entry.is_regular_file()) {
      files.insert(entry.path().lexically_relative(pipeline));
    }
  }
  std::string text;
  for (const fs::path& file : files) {
    text += fmt::format("{} {}\n", file.generic_string(), digest_file(pipeline / file));
  }
  return text;
}

} // namespace

GenerateJob::GenerateJob(const GenerateConfig& config, Communicator& world) : config_(config), world_(world) {
  agree(world, [&] {
    plan_ = std::make_unique<GenerationPlan>(config);
    generator_ = std::make_unique<Generator>(config);
  });
  schema_ = generator_->schema();
  schema_.findings = plan_->cohort().findings();
}

ShardJob GenerateJob::shards() const {
  std::string inputs;
  agree(world_, [&] { inputs = inputs_of(config_.pipeline); });
  require_equal(world_, inputs, "content of the pipeline folder");
  return {.label = "generate",
          .inputs = inputs,
          .schema = schema_,
          .num_shards = num_shards_of(plan_->num_images(), config_.rows_per_shard),
          .find =
              [this](std::int64_t shard, const fs::path& folder) {
                return find_shard(folder / ShardWriter::file_name(shard), schema_, rows_of(shard));
              },
          .make = [this](std::int64_t shard, const fs::path& folder) { return make(shard, folder); }};
}

std::vector<SampleRecord> GenerateJob::rows_of(std::int64_t shard) const {
  const std::int64_t first = shard * config_.rows_per_shard;
  std::vector<SampleRecord> rows;
  for (std::int64_t id = first; id < std::min(first + config_.rows_per_shard, plan_->num_images()); ++id) {
    rows.push_back(plan_->record(id));
  }
  return rows;
}

ShardSummary GenerateJob::make(std::int64_t shard, const fs::path& folder) const {
  std::vector<SampleRecord> records = rows_of(shard);
  generator_->make_pixels(records);
  ShardWriter writer(folder / ShardWriter::file_name(shard), schema_,
                     {.first_id = records.front().id,
                      .num_rows = static_cast<std::int64_t>(records.size()),
                      .compression_level = static_cast<int>(config_.compression_level)});
  for (SampleRecord& record : records) {
    writer.append(std::move(record));
  }
  return writer.close();
}

} // namespace radforge
