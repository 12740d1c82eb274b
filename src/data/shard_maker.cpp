#include "radforge/data/shard_maker.hpp"

#include "radforge/core/error.hpp"
#include "radforge/data/write_shard.hpp"
#include "radforge/io/contained.hpp"
#include "radforge/io/image.hpp"
#include "radforge/io/shard_reader.hpp"

#include "image_reasons.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace radforge {
namespace {

Filter filter_of(const std::string& name) {
  if (name == "bilinear") {
    return Filter::bilinear;
  }
  return name == "bicubic" ? Filter::bicubic : Filter::lanczos;
}

/// The image as the shards hold it, or why there is none.
struct Pixels {
  std::vector<std::uint8_t> values;
  std::string fault;
};

Pixels make_pixels(const std::filesystem::path& path, const ImageConfig& config) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory) {
      throw IoError("cannot look at '{}' ({}) mend the file system and give the same command again", path.string(),
                    error.message());
    }
    return {{}, missing_image};
  }
  try {
    const ImageLimits limits;
    const Image image = read_image(path, {.channels = static_cast<int>(config.channels), .limits = limits});
    const bool crops = config.fit == "crop";
    if (const std::int64_t side = std::max(image.height, image.width); !crops && side > limits.max_pixels / side) {
      return {{}, fmt::format("{}: {} x {} pixels are too long for a square", unusable_image, image.width, image.height)};
    }
    const Image square = crops ? crop_to_square(image) : pad_to_square(image);
    const int size = static_cast<int>(config.size);
    return {resize(square, size, size, filter_of(config.filter)).pixels, {}};
  } catch (const DataError& problem) {
    return {{}, std::string(unusable_image) + ": " + problem.what()};
  }
}

constexpr const char* rejected = "rejected";

/// The status of each row of a shard; empty if it cannot be read.
std::vector<bool> rejected_rows(const std::filesystem::path& path) {
  constexpr std::string_view read = "read ";
  const std::string marks = run_contained([&] {
    std::string text(read);
    for (const SampleRecord& record : ShardReader(path).metadata()) {
      text += record.status == rejected ? '1' : '0';
    }
    return text;
  });
  std::vector<bool> rows;
  if (!marks.starts_with(read)) {
    return rows; // find_shard says what is wrong
  }
  for (const char mark : std::string_view(marks).substr(read.size())) {
    rows.push_back(mark == '1');
  }
  return rows;
}

} // namespace

DatasetSchema schema_of(const PrepareConfig& config) {
  const int size = static_cast<int>(config.image.size);
  return {.height = size, .width = size, .channels = static_cast<int>(config.image.channels), .findings = config.findings};
}

std::int64_t num_shards_of(std::int64_t num_rows, std::int64_t rows_per_shard) {
  return (num_rows + rows_per_shard - 1) / rows_per_shard;
}

ShardMaker::ShardMaker(const PrepareConfig& config, const Manifest& manifest, int num_threads)
    : config_(config), manifest_(manifest), num_threads_(num_threads) {
  require(num_threads >= 1, "at least one thread");
}

std::int64_t ShardMaker::num_shards() const {
  return num_shards_of(static_cast<std::int64_t>(manifest_.rows.size()), config_.rows_per_shard);
}

std::span<const ManifestRow> ShardMaker::rows_of(std::int64_t shard) const {
  const auto num_rows = static_cast<std::int64_t>(manifest_.rows.size());
  const std::int64_t first = shard * config_.rows_per_shard;
  require(shard >= 0 && first < num_rows, "a shard that has rows");
  return std::span(manifest_.rows)
      .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(std::min(config_.rows_per_shard, num_rows - first)));
}

PreparedShard ShardMaker::make(std::int64_t shard, const std::filesystem::path& folder) const {
  const std::span<const ManifestRow> rows = rows_of(shard);
  const DatasetSchema schema = schema_of(config_);
  std::vector<std::string> faults(rows.size());
  PreparedShard made;
  made.summary = write_shard(folder / ShardWriter::file_name(shard), schema,
                             {.first_id = rows.front().record.id,
                              .num_rows = std::ssize(rows),
                              .compression_level = static_cast<int>(config_.compression_level),
                              .num_threads = num_threads_},
                             [&](std::size_t i) {
                               Pixels pixels = make_pixels(image_path(config_, rows[i]), config_.image);
                               SampleRecord record = rows[i].record;
                               record.pixels = std::move(pixels.values);
                               if (!pixels.fault.empty()) {
                                 record.status = rejected;
                                 record.pixels.assign(schema.num_bytes(), 0);
                               }
                               faults[i] = std::move(pixels.fault);
                               return record;
                             });
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!faults[i].empty()) {
      made.faults.push_back({static_cast<std::size_t>(rows[i].record.id), std::move(faults[i])});
    }
  }
  return made;
}

std::optional<PreparedShard> ShardMaker::find(std::int64_t shard, const std::filesystem::path& folder) const {
  const std::filesystem::path path = folder / ShardWriter::file_name(shard);
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return std::nullopt;
  }
  const std::span<const ManifestRow> rows = rows_of(shard);
  const std::vector<bool> without_image = rejected_rows(path);
  std::vector<SampleRecord> expected;
  PreparedShard found;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    expected.push_back(rows[i].record);
    if (i < without_image.size() && without_image[i]) {
      expected.back().status = rejected;
      Pixels pixels = make_pixels(image_path(config_, rows[i]), config_.image);
      if (pixels.fault.empty()) {
        return std::nullopt; // the image was mended meanwhile
      }
      found.faults.push_back({static_cast<std::size_t>(rows[i].record.id), std::move(pixels.fault)});
    }
  }
  std::optional<ShardSummary> summary = find_shard(path, schema_of(config_), expected);
  if (!summary) {
    return std::nullopt;
  }
  found.summary = std::move(*summary);
  return found;
}

} // namespace radforge
