// usage: bench_write_shards DATASET FOLDER LEVEL
//
// Writes the images of a data set again, by one thread, from memory. Prints images, seconds, and bytes before and after as JSON.
#include "radforge/core/clock.hpp"
#include "radforge/data/dataset.hpp"
#include "radforge/io/shard_writer.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace radforge {
namespace {

std::vector<SampleRecord> records_of(const Dataset& dataset) {
  std::vector<SampleRecord> records;
  for (std::int64_t id = 0; id < dataset.index().num_rows(); ++id) {
    SampleRecord record = dataset.record(id);
    record.pixels.resize(dataset.schema().num_bytes());
    dataset.pixels(id, record.pixels);
    records.push_back(std::move(record));
  }
  return records;
}

void run(const std::filesystem::path& source, const std::filesystem::path& folder, int level) {
  const Dataset dataset(source);
  std::vector<SampleRecord> records = records_of(dataset);
  const auto num_images = static_cast<std::int64_t>(records.size());
  std::int64_t num_bytes = 0;
  const Stopwatch watch;
  for (const ShardSummary& shard : dataset.index().shards) {
    ShardWriter writer(folder / shard.file, dataset.schema(),
                       {.first_id = shard.first_id, .num_rows = shard.num_rows, .compression_level = level});
    for (std::int64_t row = 0; row < shard.num_rows; ++row) {
      writer.append(std::move(records[static_cast<std::size_t>(shard.first_id + row)]));
    }
    num_bytes += writer.close().num_bytes;
  }
  std::cout << nlohmann::json{{"images", num_images},
                              {"seconds", watch.seconds()},
                              {"num_bytes", num_bytes},
                              {"pixel_bytes", num_images * static_cast<std::int64_t>(dataset.schema().num_bytes())}}
            << '\n';
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: bench_write_shards DATASET FOLDER LEVEL\n";
    return 2;
  }
  try {
    radforge::run(argv[1], argv[2], std::stoi(argv[3]));
  } catch (const std::exception& error) {
    std::cerr << "bench_write_shards: " << error.what() << '\n';
    return 1;
  }
}
