#include "latents_job.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/data/shard_maker.hpp"
#include "radforge/io/shard_writer.hpp"

#include <algorithm>
#include <vector>

namespace radforge {

namespace fs = std::filesystem;

namespace {

struct Ids {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

Ids ids_of(std::int64_t shard, const EncodedRows& rows, std::int64_t rows_per_shard) {
  const std::int64_t first = shard * rows_per_shard;
  return {first, std::min(rows_per_shard, rows.num_rows() - first)};
}

std::optional<ShardSummary> find_encoded(std::int64_t shard, const fs::path& folder, const EncodedRows& rows,
                                         std::int64_t rows_per_shard) {
  const Ids ids = ids_of(shard, rows, rows_per_shard);
  std::vector<SampleRecord> records;
  for (std::int64_t i = 0; i < ids.count; ++i) {
    records.push_back(rows.record(ids.first + i));
  }
  return find_shard(folder / ShardWriter::file_name(shard), rows.schema(), records);
}

} // namespace

LatentsJob::LatentsJob(const LatentsConfig& config, Communicator& world, at::Device device) : config_(config) {
  agree(world, [&] {
    latents_ = std::make_unique<LatentRows>(config, device);
    inputs_ = fmt::format("images {}\nautoencoder {}\n", digest_file(fs::path(config.dataset) / DatasetIndex::file_name),
                          latents_->schema().encoding.model_digest);
    if (config.text_encoder) {
      text_states_ = std::make_unique<TextStateRows>(config, latents_->images(), device);
      inputs_ += fmt::format("text encoder {}\n", text_states_->schema().encoding.model_digest);
    }
  });
  require_equal(world, inputs_, "content of the data set and the models");
}

ShardJob LatentsJob::shards_of(const EncodedRows& rows, const std::string& label) const {
  const std::int64_t size = config_.rows_per_shard;
  const int level = static_cast<int>(config_.compression_level);
  return {.label = label,
          .inputs = inputs_,
          .schema = rows.schema(),
          .num_shards = num_shards_of(rows.num_rows(), size),
          .find = [&rows, size](std::int64_t shard, const fs::path& folder) { return find_encoded(shard, folder, rows, size); },
          .make =
              [&rows, size, level](std::int64_t shard, const fs::path& folder) {
                const Ids ids = ids_of(shard, rows, size);
                ShardWriter writer(folder / ShardWriter::file_name(shard), rows.schema(),
                                   {.first_id = ids.first, .num_rows = ids.count, .compression_level = level});
                for (std::int64_t id = ids.first; id < ids.first + ids.count; ++id) {
                  SampleRecord record = rows.record(id);
                  record.pixels = rows.values(id);
                  writer.append(std::move(record));
                }
                return writer.close();
              }};
}

} // namespace radforge
