#include "radforge/data/write_shard.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/io/shard_writer.hpp"

#include "temp_folder.hpp"

#include <catch2/catch.hpp>

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

} // namespace

TEST_CASE("a shard has the same bytes whoever packs its rows") {
  const TempFolder folder;
  const DatasetSchema schema{.height = 8, .width = 8};
  ShardWriter writer(folder / "rows.h5", schema, {.first_id = 40, .num_rows = 20, .compression_level = 4});
  for (SampleRecord& row : rows()) {
    writer.append(std::move(row));
  }
  const ShardSummary expected = writer.close();
  for (const int num_threads : {1, 3}) {
    const std::filesystem::path path = folder / ("threads-" + std::to_string(num_threads) + ".h5");
    const ShardSummary summary = write_shard(path, schema, rows(), 4, num_threads);
    CHECK(summary.row_digests == expected.row_digests);
    CHECK(read_file(path) == read_file(folder / "rows.h5"));
  }
}

TEST_CASE("a row that does not fit leaves no shard") {
  const TempFolder folder;
  std::vector<SampleRecord> wrong = rows();
  wrong[11].pixels.pop_back();
  CHECK_THROWS_AS(write_shard(folder / "wrong.h5", {.height = 8, .width = 8}, wrong, 4, 2), DataError);
  CHECK(std::filesystem::is_empty(folder.path()));
}
