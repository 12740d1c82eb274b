// usage: bench_make_shards FOLDER NUM_SHARDS ROWS_PER_SHARD SIZE CHANNELS
//
// A data set of random SIZE x SIZE images, which nothing compresses.
#include "radforge/io/shard_writer.hpp"

#include <fmt/format.h>

#include <iostream>
#include <random>
#include <string>

namespace radforge {
namespace {

void run(const std::filesystem::path& folder, std::int64_t num_shards, std::int64_t rows_per_shard, int size, int channels) {
  std::filesystem::create_directories(folder);
  const DatasetSchema schema{.height = size, .width = size, .channels = channels, .findings = {"No_Finding"}};
  DatasetIndex index{.name = "bench", .config_digest = {}, .schema = schema, .rows_per_shard = rows_per_shard};
  std::mt19937_64 random(1);
  for (std::int64_t shard = 0; shard < num_shards; ++shard) {
    const std::int64_t first_id = shard * rows_per_shard;
    ShardWriter writer(folder / ShardWriter::file_name(shard), schema,
                       {.first_id = first_id, .num_rows = rows_per_shard, .compression_level = 1});
    for (std::int64_t id = first_id; id < first_id + rows_per_shard; ++id) {
      SampleRecord record{.id = id,
                          .source = fmt::format("bench/{}.png", id),
                          .patient = fmt::format("bench/{}", id),
                          .split = "train",
                          .findings = {0}};
      record.pixels.resize(schema.num_bytes());
      for (std::size_t i = 0; i < record.pixels.size(); i += 8) {
        const std::uint64_t bits = random();
        for (std::size_t byte = 0; byte < 8 && i + byte < record.pixels.size(); ++byte) {
          record.pixels[i + byte] = static_cast<std::uint8_t>(bits >> (8 * byte));
        }
      }
      writer.append(std::move(record));
    }
    index.shards.push_back(writer.close());
  }
  index.save(folder);
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "usage: bench_make_shards FOLDER NUM_SHARDS ROWS_PER_SHARD SIZE CHANNELS\n";
    return 2;
  }
  try {
    radforge::run(argv[1], std::stoll(argv[2]), std::stoll(argv[3]), std::stoi(argv[4]), std::stoi(argv[5]));
  } catch (const std::exception& error) {
    std::cerr << "bench_make_shards: " << error.what() << '\n';
    return 1;
  }
}
