#include "radforge/data/write_shard.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <thread>
#include <utility>

using namespace radforge;

namespace {

std::vector<SampleRecord> rows() {
  std::vector<SampleRecord> rows(20);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].id = static_cast<std::int64_t>(40 + i);
    rows[i].source = "synthetic/" + std::to_string(i);
    rows[i].pixels.assign(64, static_cast<std::uint8_t>(7 * i));
  }
  return rows;
}

ShardWriter::Options with_threads(int num_threads) { return {.first_id = 40, .num_rows = 20, .num_threads = num_threads}; }

} // namespace

TEST_CASE("a shard has the same bytes whoever packs its rows") {
  const TempFolder folder;
  const DatasetSchema schema{.height = 8, .width = 8};
  ShardWriter writer(folder / "rows.h5", schema, with_threads(1));
  for (SampleRecord& row : rows()) {
    writer.append(std::move(row));
  }
  const ShardSummary expected = writer.close();
  for (const int num_threads : {1, 3}) {
    const std::filesystem::path path = folder / ("threads-" + std::to_string(num_threads) + ".h5");
    std::vector<SampleRecord> given = rows();
    const ShardSummary summary = write_shard(path, schema, with_threads(num_threads), [&](std::size_t place) {
      std::this_thread::sleep_for(std::chrono::milliseconds(place % 3)); // so that rows are not ready in their order
      return std::move(given[place]);
    });
    CHECK(summary.row_digests == expected.row_digests);
    CHECK(read_file(path) == read_file(folder / "rows.h5"));
  }
}

TEST_CASE("a row that does not fit leaves no shard") {
  const TempFolder folder;
  std::vector<SampleRecord> wrong = rows();
  wrong[11].pixels.pop_back();
  const auto row = [&](std::size_t place) { return wrong[place]; };
  CHECK_THROWS_AS(write_shard(folder / "wrong.h5", {.height = 8, .width = 8}, with_threads(2), row), DataError);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a row out of its order leaves no shard, and no thread waiting") {
  const TempFolder folder;
  std::vector<SampleRecord> swapped = rows();
  std::swap(swapped[3], swapped[12]);
  const auto row = [&](std::size_t place) { return swapped[place]; };
  CHECK_THROWS_AS(write_shard(folder / "swapped.h5", {.height = 8, .width = 8}, with_threads(3), row), InternalError);
  CHECK(std::filesystem::is_empty(folder.path()));
}
