#include "radforge/data/write_shard.hpp"

#include "radforge/core/parallel_for.hpp"

#include "ordered_appends.hpp"

namespace radforge {

ShardSummary write_shard(const std::filesystem::path& path, const DatasetSchema& schema, const ShardWriter::Options& options,
                         const std::function<SampleRecord(std::size_t)>& row) {
  std::vector<RowPacker> packers;
  for (int i = 0; i < options.num_threads; ++i) {
    packers.emplace_back(schema, options.compression_level);
  }
  ShardWriter writer(path, schema, options);
  const auto num_rows = static_cast<std::size_t>(options.num_rows);
  OrderedAppends appends(writer, num_rows);
  parallel_for(num_rows, options.num_threads, [&](int worker, std::size_t place) {
    appends.add(place, packers[static_cast<std::size_t>(worker)].pack(row(place)));
  });
  return writer.close();
}

} // namespace radforge
