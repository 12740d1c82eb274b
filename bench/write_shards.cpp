// usage: bench_write_shards DATASET FOLDER LEVEL THREADS
//
// Writes the images of a data set again, from memory, as generate does. Prints images, seconds, and bytes before and after as
// JSON; "limit_bytes_per_s" is what libdeflate alone compresses on as many threads.
#include "radforge/core/clock.hpp"
#include "radforge/core/parallel_for.hpp"
#include "radforge/data/dataset.hpp"
#include "radforge/data/write_shard.hpp"

#include <libdeflate.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <iostream>
#include <memory>
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

double compression_rate(const std::vector<SampleRecord>& records, int level, int num_threads) {
  const std::size_t side = records.front().pixels.size();
  const Stopwatch watch;
  parallel_for(static_cast<std::size_t>(num_threads), num_threads, [&](int, std::size_t) {
    const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
        libdeflate_alloc_compressor(level), &libdeflate_free_compressor);
    std::vector<std::uint8_t> stream(libdeflate_zlib_compress_bound(compressor.get(), side));
    for (const SampleRecord& record : records) {
      libdeflate_zlib_compress(compressor.get(), record.pixels.data(), side, stream.data(), stream.size());
    }
  });
  return static_cast<double>(num_threads) * static_cast<double>(records.size() * side) / watch.seconds();
}

void run(const std::filesystem::path& source, const std::filesystem::path& folder, int level, int num_threads) {
  const Dataset dataset(source);
  std::vector<SampleRecord> records = records_of(dataset);
  const auto num_images = static_cast<std::int64_t>(records.size());
  const double limit = compression_rate(records, level, num_threads);
  std::int64_t num_bytes = 0;
  const Stopwatch watch;
  for (const ShardSummary& shard : dataset.index().shards) {
    const auto row = [&](std::size_t place) { return std::move(records[static_cast<std::size_t>(shard.first_id) + place]); };
    num_bytes +=
        write_shard(
            folder / shard.file, dataset.schema(),
            {.first_id = shard.first_id, .num_rows = shard.num_rows, .compression_level = level, .num_threads = num_threads}, row)
            .num_bytes;
  }
  std::cout << nlohmann::json{{"images", num_images},
                              {"seconds", watch.seconds()},
                              {"num_bytes", num_bytes},
                              {"limit_bytes_per_s", limit},
                              {"pixel_bytes", num_images * static_cast<std::int64_t>(dataset.schema().num_bytes())}}
            << '\n';
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: bench_write_shards DATASET FOLDER LEVEL THREADS\n";
    return 2;
  }
  try {
    radforge::run(argv[1], argv[2], std::stoi(argv[3]), std::stoi(argv[4]));
  } catch (const std::exception& error) {
    std::cerr << "bench_write_shards: " << error.what() << '\n';
    return 1;
  }
}
