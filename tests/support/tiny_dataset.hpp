#pragma once

#include "radforge/core/philox.hpp"
#include "radforge/io/dataset_index.hpp"
#include "radforge/io/shard_writer.hpp"

#include <filesystem>

namespace radforge {

/// Whether labels differ from image to image, and some are unknown.
enum class TinyLabels { constant, varied };

/// A data set of `num_rows` images of 16 x 16: grey ramps that differ in brightness by sex, with a little keyed noise. Every
/// fourth row is for validation. Varied labels: two of three are M; "Bright" is there for M, unknown of every fifth row; "Dim"
/// for F; "Never" is unknown always; M are 70 years old and F 30, every sixth row of unknown age.
inline void write_tiny_dataset(const std::filesystem::path& folder, std::int64_t num_rows,
                               TinyLabels labels = TinyLabels::constant) {
  const bool varied = labels == TinyLabels::varied;
  constexpr int side = 16;
  std::filesystem::create_directories(folder);
  DatasetIndex index;
  index.name = "test";
  index.schema = {.height = side, .width = side, .channels = 1, .findings = {"No_Finding"}};
  if (varied) {
    index.schema.findings = {"Bright", "Dim", "Never"};
  }
  index.rows_per_shard = num_rows;
  ShardWriter writer(folder / ShardWriter::file_name(0), index.schema, {.first_id = 0, .num_rows = num_rows});
  for (std::int64_t id = 0; id < num_rows; ++id) {
    SampleRecord record;
    record.id = id;
    record.source = "test/" + std::to_string(id);
    record.patient = record.source;
    record.split = id % 4 == 3 ? "validation" : "train";
    record.sex = (varied ? id % 3 != 0 : id % 2 == 0) ? "M" : "F";
    record.age = 50;
    record.age_group = "40-59";
    record.view = "PA";
    record.prompt = record.sex == "M" ? "50 year old male. PA view." : "50 year old female. PA view.";
    record.findings = {1};
    if (varied) {
      const bool male = record.sex == "M";
      record.findings = {static_cast<std::int8_t>(id % 5 == 0 ? -1 : male), static_cast<std::int8_t>(!male), -1};
      record.age = id % 6 == 0 ? -1 : male ? 70 : 30;
      record.age_group = id % 6 == 0 ? "" : male ? "60-79" : "18-39";
    }
    for (std::uint32_t i = 0; i < side * side; ++i) {
      const std::uint32_t noise = uniform_below({7, Stream::augment, static_cast<std::uint64_t>(id), i}, 16);
      record.pixels.push_back(static_cast<std::uint8_t>(i / side * 8 + (record.sex == "M" ? 100 : 20) + noise));
    }
    writer.append(record);
  }
  index.shards = {writer.close()};
  index.save(folder);
}

} // namespace radforge
