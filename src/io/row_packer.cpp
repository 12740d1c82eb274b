#include "radforge/core/hash.hpp"
#include "radforge/io/shard_writer.hpp"

#include "record_check.hpp"
#include "zlib_codec.hpp"

#include <span>
#include <utility>

namespace radforge {

struct RowPacker::State {
  DatasetSchema schema;
  ZlibCompressor compressor;
};

RowPacker::RowPacker(DatasetSchema schema, int compression_level)
    : state_(new State{std::move(schema), ZlibCompressor(compression_level)}) {}
RowPacker::~RowPacker() = default;
RowPacker::RowPacker(RowPacker&&) noexcept = default;

PackedRow RowPacker::pack(SampleRecord record) {
  check_record(record, state_->schema);
  const auto pixels = std::as_bytes(std::span(record.pixels));
  PackedRow row;
  row.stored = state_->compressor.compress(pixels);
  row.row_digest = digest(row.stored);
  row.pixel_digest = digest(pixels);
  record.pixels = {};
  row.metadata = std::move(record);
  return row;
}

} // namespace radforge
