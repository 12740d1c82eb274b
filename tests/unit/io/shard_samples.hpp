#pragma once

#include "radforge/core/philox.hpp"
#include "radforge/io/shard_writer.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace radforge {

inline DatasetSchema sample_schema() { return {16, 12, 1, {"No_Finding", "Edema", "Pneumonia"}}; }

inline DatasetSchema latents_schema(ValueType type = ValueType::float32) {
  return {.height = 4,
          .width = 3,
          .channels = 8,
          .findings = {"Edema"},
          .kind = ValueKind::latents,
          .type = type,
          .encoding = {std::string(32, 'c'), 32, 24, 1, 0.18215}};
}

inline DatasetSchema text_states_schema(ValueType type = ValueType::float32) {
  return {
      .height = 5, .width = 7, .kind = ValueKind::text_states, .type = type, .encoding = {.model_digest = std::string(32, 'd')}};
}

/// Of generated images; without checks the last two columns are missing.
inline DatasetSchema generated_schema(std::vector<std::string> checks = {"sex", "age"}) {
  return {.height = 16,
          .width = 12,
          .findings = {"Edema"},
          .generation = Generation{.model_digest = std::string(32, 'e'), .seed = 7, .checks = std::move(checks)}};
}

/// A record that follows from its id: noise and made-up metadata.
inline SampleRecord sample_record(std::int64_t id, const DatasetSchema& schema = sample_schema()) {
  SampleRecord record;
  record.id = id;
  std::vector<std::uint32_t> bits(schema.num_bytes());
  fill_bits({.seed = 1, .id = static_cast<std::uint64_t>(id)}, bits);
  record.pixels.assign(bits.begin(), bits.end());
  record.source = "site/image-" + std::to_string(id) + ".png";
  record.patient = "site/" + std::to_string(id / 2);
  record.split = id % 3 == 0 ? "test" : "train";
  record.sex = id % 2 == 0 ? "F" : "M";
  record.age = id % 5 == 0 ? -1.0F : static_cast<float>(id) + 0.5F;
  record.age_group = "40-59";
  record.view = "PA";
  record.prompt = "caf\u00e9 " + std::to_string(id);
  record.status = id % 7 == 6 ? "rejected" : "ok";
  for (std::size_t i = 0; i < schema.findings.size(); ++i) {
    record.findings.push_back(static_cast<std::int8_t>((id + static_cast<std::int64_t>(i)) % 3 - 1));
  }
  if (schema.generation) {
    record.attempt = static_cast<std::int32_t>(id % 4);
    for (std::size_t i = 0; i < schema.generation->checks.size(); ++i) {
      record.check_scores.push_back(static_cast<float>(id) + 0.25F * static_cast<float>(i));
      record.check_passed.push_back(static_cast<std::int8_t>((id + static_cast<std::int64_t>(i)) % 3 - 1));
    }
  }
  return record;
}

inline ShardSummary write_sample_shard(const std::filesystem::path& path, std::int64_t first_id, std::int64_t num_rows,
                                       const DatasetSchema& schema = sample_schema()) {
  ShardWriter writer(path, schema, {.first_id = first_id, .num_rows = num_rows});
  for (std::int64_t id = first_id; id < first_id + num_rows; ++id) {
    writer.append(sample_record(id, schema));
  }
  return writer.close();
}

/// A published data set: shards of 5, 5 and 3 rows.
inline DatasetIndex write_sample_dataset(const std::filesystem::path& folder) {
  DatasetIndex index{.name = "prepare", .config_digest = "0123456789abcdef0123456789abcdef", .schema = sample_schema()};
  index.rows_per_shard = 5;
  for (std::int64_t k = 0; k < 3; ++k) {
    index.shards.push_back(write_sample_shard(folder / ShardWriter::file_name(k), 5 * k, k == 2 ? 3 : 5));
  }
  index.counts = {{"sex", {{"F", 7}, {"M", 6}}}, {"split", {{"test", 5}, {"train", 8}}}};
  index.save(folder);
  return index;
}

} // namespace radforge
