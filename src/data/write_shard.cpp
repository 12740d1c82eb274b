#include "radforge/data/write_shard.hpp"

#include "radforge/core/parallel_for.hpp"
#include "radforge/io/shard_writer.hpp"

#include <iterator>
#include <utility>

namespace radforge {

ShardSummary write_shard(const std::filesystem::path& path, const DatasetSchema& schema, std::vector<SampleRecord> rows,
                         int compression_level, int num_threads) {
  std::vector<RowPacker> packers;
  for (int i = 0; i < num_threads; ++i) {
    packers.emplace_back(schema, compression_level);
  }
  ShardWriter writer(path, schema,
                     {.first_id = rows.front().id, .num_rows = std::ssize(rows), .compression_level = compression_level});
  std::vector<PackedRow> packed(rows.size());
  parallel_for(rows.size(), num_threads, [&](int worker, std::size_t i) {
    packed[i] = packers[static_cast<std::size_t>(worker)].pack(std::move(rows[i]));
  });
  for (PackedRow& row : packed) {
    writer.append(std::move(row));
  }
  return writer.close();
}

} // namespace radforge
