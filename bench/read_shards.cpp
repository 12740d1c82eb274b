// usage: bench_read_shards sequential|random DATASET PASSES
//
// Reads every row of a data set's shards PASSES times by ShardReader on one thread, in the order of the files or in a random one.
// Shards are open before, and the first pass, where the digest of ids and pixels is taken, does not count. Prints one JSON
// object; "limit_images_per_s" is what one core decompresses when the rows' deflate streams lie in memory.
#include "support/coverage_digest.hpp"
#include "support/decompression_rate.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/io/dataset_index.hpp"
#include "radforge/io/shard_reader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>
#include <vector>

namespace radforge {
namespace {

constexpr std::size_t num_images_of_limit = 256; // few, so that they do not hide what reading takes of memory

struct Row {
  std::size_t shard;
  std::int64_t row;
};

nlohmann::json run(const std::string& order, const std::filesystem::path& folder, int num_passes) {
  const DatasetIndex index = DatasetIndex::load(folder);
  std::vector<ShardReader> shards;
  std::vector<Row> rows;
  for (const ShardSummary& summary : index.shards) {
    shards.emplace_back(folder / summary.file);
    for (std::int64_t row = 0; row < shards.back().num_rows(); ++row) {
      rows.push_back({shards.size() - 1, row});
    }
  }
  if (order == "random") {
    std::mt19937_64 random(1);
    std::shuffle(rows.begin(), rows.end(), random);
  }
  std::vector<std::uint8_t> pixels(shards.front().schema().num_bytes());
  CoverageDigest digest;
  std::vector<std::vector<std::uint8_t>> images;
  for (const auto& [shard, row] : rows) {
    shards[shard].values(row, pixels);
    digest.add(shards[shard].first_id() + row, pixels);
    if (images.size() < num_images_of_limit) {
      images.push_back(pixels);
    }
  }
  const double limit = decompression_rate(images);
  const Stopwatch watch;
  for (int pass = 0; pass < num_passes; ++pass) {
    for (const auto& [shard, row] : rows) {
      shards[shard].values(row, pixels);
    }
  }
  return {{"images", num_passes * std::ssize(rows)},
          {"seconds", watch.seconds()},
          {"digest", digest.value()},
          {"limit_images_per_s", limit}};
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  const std::string order = argc == 4 ? argv[1] : "";
  if (order != "sequential" && order != "random") {
    std::cerr << "usage: bench_read_shards sequential|random DATASET PASSES\n";
    return 2;
  }
  try {
    std::cout << radforge::run(order, argv[2], std::stoi(argv[3])) << '\n';
  } catch (const std::exception& error) {
    std::cerr << "bench_read_shards: " << error.what() << '\n';
    return 1;
  }
}
