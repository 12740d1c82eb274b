#include "radforge/data/shard_maker.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/image.hpp"
#include "radforge/io/shard_reader.hpp"
#include "radforge/io/shard_writer.hpp"

#include <algorithm>
#include <span>
#include <tuple>

namespace radforge {
namespace {

Filter filter_of(const std::string& name) {
  if (name == "bilinear") {
    return Filter::bilinear;
  }
  return name == "bicubic" ? Filter::bicubic : Filter::lanczos;
}

std::vector<std::uint8_t> make_pixels(const std::filesystem::path& path, const ImageConfig& config) {
  const Image image = read_grey_image(path);
  const Image square = config.fit == "crop" ? crop_to_square(image) : pad_to_square(image);
  const int size = static_cast<int>(config.size);
  return resize(square, size, size, filter_of(config.filter)).pixels;
}

std::span<const ManifestRow> rows_of(const PrepareConfig& config, const Manifest& manifest, std::int64_t shard) {
  const auto num_rows = static_cast<std::int64_t>(manifest.rows.size());
  const std::int64_t first = shard * config.rows_per_shard;
  require(shard >= 0 && first < num_rows, "a shard that has rows");
  return std::span(manifest.rows)
      .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(std::min(config.rows_per_shard, num_rows - first)));
}

bool same_metadata(const SampleRecord& a, const SampleRecord& b) {
  const auto fields = [](const SampleRecord& r) {
    return std::tie(r.id, r.source, r.patient, r.split, r.sex, r.age, r.age_group, r.race, r.view, r.prompt, r.status,
                    r.findings);
  };
  return fields(a) == fields(b);
}

/// Whether the shard holds these rows and every image in it can be read.
bool holds(const ShardReader& shard, const DatasetSchema& schema, std::span<const SampleRecord> records) {
  const std::vector<SampleRecord> metadata = shard.metadata();
  if (shard.schema() != schema || !std::equal(metadata.begin(), metadata.end(), records.begin(), records.end(), same_metadata)) {
    return false;
  }
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(schema.height) * static_cast<std::size_t>(schema.width));
  for (std::int64_t row = 0; row < shard.num_rows(); ++row) {
    shard.pixels(row, pixels); // throws for broken bytes: they carry a checksum
  }
  return true;
}

} // namespace

DatasetSchema schema_of(const PrepareConfig& config) {
  const int size = static_cast<int>(config.image.size);
  return {.height = size, .width = size, .channels = 1, .findings = config.findings};
}

std::int64_t num_shards_of(std::int64_t num_rows, std::int64_t rows_per_shard) {
  return (num_rows + rows_per_shard - 1) / rows_per_shard;
}

ShardSummary make_shard(const PrepareConfig& config, const Manifest& manifest, std::int64_t shard,
                        const std::filesystem::path& folder) {
  const std::span<const ManifestRow> rows = rows_of(config, manifest, shard);
  ShardWriter writer(folder / ShardWriter::file_name(shard), schema_of(config),
                     {.first_id = rows.front().record.id,
                      .num_rows = static_cast<std::int64_t>(rows.size()),
                      .compression_level = static_cast<int>(config.compression_level)});
  for (const ManifestRow& row : rows) {
    SampleRecord record = row.record;
    record.pixels = make_pixels(row.image, config.image);
    writer.append(record);
  }
  return writer.close();
}

std::optional<ShardSummary> find_shard(const PrepareConfig& config, const Manifest& manifest, std::int64_t shard,
                                       const std::filesystem::path& folder) {
  std::vector<SampleRecord> records;
  for (const ManifestRow& row : rows_of(config, manifest, shard)) {
    records.push_back(row.record);
  }
  return find_shard(folder / ShardWriter::file_name(shard), schema_of(config), records);
}

std::optional<ShardSummary> find_shard(const std::filesystem::path& path, const DatasetSchema& schema,
                                       std::span<const SampleRecord> records) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return std::nullopt;
  }
  try {
    const bool usable = holds(ShardReader(path), schema, records);
    return usable ? std::optional(summarize_shard(path)) : std::nullopt;
  } catch (const DataError&) {
    return std::nullopt;
  }
}

std::map<std::string, std::map<std::string, std::int64_t>> count_rows(std::span<const SampleRecord> records) {
  std::map<std::string, std::map<std::string, std::int64_t>> counts;
  const auto count = [&](const char* what, const std::string& value) { ++counts[what][value.empty() ? "unknown" : value]; };
  for (const SampleRecord& record : records) {
    count("site", record.source.substr(0, record.source.find('/')));
    count("split", record.split);
    count("sex", record.sex);
    count("age_group", record.age_group);
    count("view", record.view);
  }
  return counts;
}

std::vector<SampleRecord> records_of(const Manifest& manifest) {
  std::vector<SampleRecord> records;
  for (const ManifestRow& row : manifest.rows) {
    records.push_back(row.record);
  }
  return records;
}

} // namespace radforge
