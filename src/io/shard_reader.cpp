#include "radforge/io/shard_reader.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"

#include "shard_open.hpp"
#include "stored_chunk.hpp"
#include "zlib_codec.hpp"

#include <utility>

namespace radforge {

struct ShardReader::State {
  explicit State(const std::filesystem::path& path_) : path(path_) {
    const Hdf5Lock lock;
    shard = open_shard(path);
    file_bytes = std::filesystem::file_size(path);
  }

  ~State() {
    const Hdf5Lock lock;
    shard.values.close();
    shard.file.close();
  }

  std::vector<std::byte> stored(std::int64_t row) const {
    require(row >= 0 && row < shard.num_rows, "a row lies in its shard");
    const Hdf5Lock lock;
    return read_stored_chunk(shard.values.id(), static_cast<hsize_t>(row), file_bytes, fmt::format("row {}", row), path);
  }

  std::filesystem::path path;
  std::uintmax_t file_bytes = 0;
  OpenShard shard;
};

ShardReader::ShardReader(const std::filesystem::path& path) : state_(std::make_unique<State>(path)) {}
ShardReader::~ShardReader() = default;
ShardReader::ShardReader(ShardReader&&) noexcept = default;
ShardReader& ShardReader::operator=(ShardReader&&) noexcept = default;

const DatasetSchema& ShardReader::schema() const { return state_->shard.schema; }
std::int64_t ShardReader::first_id() const { return state_->shard.first_id; }
std::int64_t ShardReader::num_rows() const { return state_->shard.num_rows; }
std::vector<SampleRecord> ShardReader::metadata() const { return state_->shard.rows; }

void ShardReader::values(std::int64_t row, std::span<std::uint8_t> out) const {
  const DatasetSchema& schema = state_->shard.schema;
  require(out.size() == schema.num_bytes(), "values go into a span of their size");
  if (!zlib_decompress(state_->stored(row), std::as_writable_bytes(out))) {
    throw DataError("{}: row {} is damaged (its bytes do not decompress to its values); run verify, and make the shard again",
                    state_->path.string(), row);
  }
}

std::string ShardReader::row_digest(std::int64_t row) const { return digest(state_->stored(row)); }

std::string ShardReader::pixel_digest(std::int64_t row) const {
  std::vector<std::uint8_t> decoded(state_->shard.schema.num_bytes());
  values(row, decoded);
  return digest(std::as_bytes(std::span(decoded)));
}

ShardSummary summarize_shard(const std::filesystem::path& path) {
  const ShardReader reader(path);
  ShardSummary summary;
  summary.file = path.filename().string();
  summary.first_id = reader.first_id();
  summary.num_rows = reader.num_rows();
  summary.num_bytes = static_cast<std::int64_t>(std::filesystem::file_size(path));
  summary.file_digest = digest_file(path);
  for (std::int64_t row = 0; row < summary.num_rows; ++row) {
    summary.row_digests.push_back(reader.row_digest(row));
    summary.pixel_digests.push_back(reader.pixel_digest(row));
  }
  return summary;
}

} // namespace radforge
