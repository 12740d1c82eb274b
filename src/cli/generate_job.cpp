#include "generate_job.hpp"

#include "device_memory.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/data/shard_maker.hpp"
#include "radforge/data/write_shard.hpp"
#include "radforge/io/shard_writer.hpp"

#include <ATen/Parallel.h>

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

GenerateJob::GenerateJob(const GenerateConfig& config, Communicator& world, at::Device device)
    : config_(config), device_(device) {
  agree(world, [&] {
    plan_ = std::make_unique<GenerationPlan>(config);
    generator_ = std::make_unique<Generator>(config, device);
    schema_ = generator_->schema();
    schema_.findings = plan_->cohort().findings();
    inputs_ = inputs_of(config.pipeline);
    schema_.generation = {.model_digest = digest(inputs_), .seed = config.seed, .checks = {}};
    if (!config.quality.networks.empty()) {
      check_ = std::make_unique<DemographicCheck>(config.quality, config.cohort, schema_, config.batch_size, device);
      schema_.generation->checks = check_->names();
      inputs_ += check_->digests();
    }
  });
  const ImageCheck look = [this](std::span<const SampleRecord> images) { return check_->look(images); };
  maker_ = std::make_unique<BlockMaker>(*plan_, *generator_, check_ ? look : ImageCheck(), config.quality);
  require_equal(world, inputs_, "content of the pipeline folder and the check networks");
}

ShardJob GenerateJob::shards() {
  return {.label = "generate",
          .inputs = inputs_,
          .schema = schema_,
          .num_shards = num_shards_of(plan_->num_images(), config_.rows_per_shard),
          .find = [this](std::int64_t shard, const fs::path& folder) { return find(shard, folder); },
          .make = [this](std::int64_t shard, const fs::path& folder) { return make(shard, folder); }};
}

std::int64_t GenerateJob::num_rows_of(std::int64_t shard) const {
  return std::min(config_.rows_per_shard, plan_->num_images() - shard * config_.rows_per_shard);
}

std::optional<ShardSummary> GenerateJob::find(std::int64_t shard, const fs::path& folder) const {
  const std::int64_t first = shard * config_.rows_per_shard;
  const std::int64_t count = num_rows_of(shard);
  return find_shard(folder / ShardWriter::file_name(shard), schema_, count, [&](const SampleRecord& row) {
    return row.id >= first && row.id < first + count &&
           is_as_planned(row, plan_->record(row.id, config_.quality.spare_of(row.attempt)));
  });
}

ShardSummary GenerateJob::make(std::int64_t shard, const fs::path& folder) {
  const Stopwatch watch;
  std::vector<SampleRecord> records;
  explain_device_memory(device_, fmt::format("{} images are made at once", config_.batch_size), "Lower batch_size",
                        [&] { records = maker_->make(shard * config_.rows_per_shard, num_rows_of(shard)); });
  network_s_ += watch.seconds();
  num_made_ += std::ssize(records);
  return write_shard(folder / ShardWriter::file_name(shard), schema_,
                     {.first_id = records.front().id,
                      .num_rows = std::ssize(records),
                      .compression_level = static_cast<int>(config_.compression_level),
                      .num_threads = at::get_num_threads()},
                     [&](std::size_t place) { return std::move(records[place]); });
}

} // namespace radforge
