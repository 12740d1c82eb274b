#include "radforge/io/shard_reader.hpp"

#include "radforge/core/error.hpp"

#include "helpers.hpp"
#include "shard_samples.hpp"
#include "temp_folder.hpp"

#include <atomic>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

void check_rows(const ShardReader& reader, std::int64_t first_id, const DatasetSchema& schema) {
  const std::vector<SampleRecord> rows = reader.metadata();
  REQUIRE(static_cast<std::int64_t>(rows.size()) == reader.num_rows());
  for (std::int64_t row = 0; row < reader.num_rows(); ++row) {
    const SampleRecord expected = sample_record(first_id + row, schema);
    const SampleRecord& found = rows[static_cast<std::size_t>(row)];
    std::vector<std::uint8_t> pixels(expected.pixels.size());
    reader.values(row, pixels);
    CHECK(pixels == expected.pixels);
    CHECK(found.pixels.empty());
    CHECK(found.id == expected.id);
    CHECK(found.source == expected.source);
    CHECK(found.patient == expected.patient);
    CHECK(found.split == expected.split);
    CHECK(found.sex == expected.sex);
    CHECK(found.age == expected.age);
    CHECK(found.age_group == expected.age_group);
    CHECK(found.race == expected.race);
    CHECK(found.view == expected.view);
    CHECK(found.prompt == expected.prompt);
    CHECK(found.status == expected.status);
    CHECK(found.findings == expected.findings);
    CHECK(found.attempt == expected.attempt);
    CHECK(found.check_scores == expected.check_scores);
    CHECK(found.check_passed == expected.check_passed);
  }
}

/// Flips one bit of a row's stored bytes, found in the file by their digest.
void damage_row(const std::filesystem::path& path, std::int64_t row) {
  const ShardReader reader(path);
  std::string content = read_file(path);
  std::vector<std::uint8_t> pixels = sample_record(reader.first_id() + row).pixels;
  // Noise does not compress: libdeflate stores it, so that it lies in the file as it is.
  const std::size_t at = content.find(std::string(pixels.begin(), pixels.end()));
  REQUIRE(at != std::string::npos);
  content[at + 100] = static_cast<char>(content[at + 100] ^ 1);
  put(path, content);
}

} // namespace

TEST_CASE("shard_reader: gives back what was written") {
  const TempFolder folder;
  for (const DatasetSchema& schema :
       {sample_schema(), DatasetSchema{1, 1, 1, {"only"}}, DatasetSchema{5, 7, 3, {}},
        DatasetSchema{64, 64, 1, {"a", "longer name \u00e9"}}, latents_schema(), latents_schema(ValueType::float16),
        text_states_schema(), text_states_schema(ValueType::float16)}) {
    write_sample_shard(folder / "s.h5", 100, 9, schema);
    const ShardReader reader(folder / "s.h5");
    CHECK(reader.schema() == schema);
    CHECK(reader.first_id() == 100);
    CHECK(reader.num_rows() == 9);
    check_rows(reader, 100, schema);
  }
}

TEST_CASE("shard_reader: of generated images it tells how they were made and what was found in them") {
  const TempFolder folder;
  const DatasetSchema schema = GENERATE(generated_schema(), generated_schema({}));
  write_sample_shard(folder / "shard.h5", 40, 9, schema);
  const ShardReader reader(folder / "shard.h5");
  CHECK(reader.schema() == schema);
  check_rows(reader, 40, schema);
}

TEST_CASE("shard_reader: a summary from the file equals the writer's") {
  const TempFolder folder;
  const ShardSummary written = write_sample_shard(folder / "s.h5", 7, 6);
  CHECK(summarize_shard(folder / "s.h5") == written);
  CHECK(ShardReader(folder / "s.h5").row_digest(3) == written.row_digests[3]);
}

TEST_CASE("shard_reader: several threads read pixels of one shard at once") {
  const TempFolder folder;
  const DatasetSchema schema = sample_schema();
  write_sample_shard(folder / "s.h5", 0, 50);
  const ShardReader reader(folder / "s.h5");
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::vector<std::uint8_t> pixels(16 * 12);
      for (std::int64_t i = 0; i < 200; ++i) {
        const std::int64_t row = (i * 7 + t * 13) % 50;
        reader.values(row, pixels);
        right += pixels == sample_record(row, schema).pixels ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(right == 4 * 200);
}

TEST_CASE("shard_reader: a reader can be moved, and wrong rows and sizes are a programmer's error") {
  const TempFolder folder;
  write_sample_shard(folder / "s.h5", 0, 2);
  ShardReader first(folder / "s.h5");
  const ShardReader reader = std::move(first);
  std::vector<std::uint8_t> pixels(16 * 12);
  reader.values(1, pixels);
  CHECK(pixels == sample_record(1).pixels);
  CHECK_THROWS_AS(reader.values(2, pixels), InternalError);
  CHECK_THROWS_AS(reader.values(-1, pixels), InternalError);
  pixels.pop_back();
  CHECK_THROWS_AS(reader.values(1, pixels), InternalError);
}

TEST_CASE("shard_reader: a damaged row is named, the others are read") {
  const TempFolder folder;
  write_sample_shard(folder / "s.h5", 10, 5);
  damage_row(folder / "s.h5", 3);
  const ShardReader reader(folder / "s.h5");
  std::vector<std::uint8_t> pixels(16 * 12);
  CHECK_THAT(error_of<DataError>([&] { reader.values(3, pixels); }),
             Contains("s.h5") && Contains("row 3") && Contains("damaged"));
  for (const std::int64_t row : {0, 1, 2, 4}) {
    reader.values(row, pixels);
    CHECK(pixels == sample_record(10 + row).pixels);
  }
}

TEST_CASE("shard_reader: files that are no shards") {
  const TempFolder folder;
  CHECK_THAT(error_of<IoError>([&] { ShardReader(folder / "none.h5"); }), Contains("none.h5") && Contains("No such file"));
  CHECK_THAT(error_of<IoError>([&] { ShardReader(folder.path()); }), Contains("not a regular file"));
  CHECK_THAT(error_of<DataError>([&] { ShardReader(put(folder / "empty.h5", "")); }), Contains("empty.h5"));
  CHECK_THAT(error_of<DataError>([&] { ShardReader(put(folder / "text.h5", std::string(5000, 'x'))); }), Contains("text.h5"));
  CHECK_THAT(error_of<DataError>([&] { ShardReader reader(golden("other.h5")); }),
             Contains("other.h5") && Contains("schema_version"));
  CHECK_THAT(error_of<DataError>([&] { ShardReader reader(golden("version-2.h5")); }), Contains("schema version 2"));
}

TEST_CASE("shard_reader: too many open files are an I/O error, and no damage") {
  const TempFolder folder;
  write_sample_shard(folder / "s.h5", 0, 2);
  // UBSan looks at an error's type through a pipe, once a type: without descriptors it must know the type already.
  CHECK_THAT(error_of<IoError>([&] { ShardReader(folder / "none.h5"); }), Contains("none.h5"));
  const int next = dup(0);
  close(next);
  rlimit former = {};
  getrlimit(RLIMIT_NOFILE, &former);
  rlimit none_left = former;
  none_left.rlim_cur = static_cast<rlim_t>(next);
  setrlimit(RLIMIT_NOFILE, &none_left);
  const std::string message = error_of<IoError>([&] { ShardReader(folder / "s.h5"); });
  setrlimit(RLIMIT_NOFILE, &former);
  CHECK_THAT(message, Contains("s.h5") && Contains("Too many open files") && Contains("ulimit -n"));
  CHECK(ShardReader(folder / "s.h5").num_rows() == 2);
}

TEST_CASE("shard_reader: shards that are not as the format demands are refused by the column") {
  const std::pair<const char*, const char*> cases[] = {
      {"hostile-rows.h5", "rows, which the file is too small for"},
      {"hostile-chunks.h5", "'images' has other chunks"},
      {"hostile-filter.h5", "'images' has another filter"},
      {"hostile-type.h5", "'images' has another type"},
      {"hostile-external.h5", "'images' has other chunks"},
      {"hostile-column.h5", "'sex' has another type"},
      {"hostile-length.h5", "'age' has another shape"},
      {"hostile-ids.h5", "row 1 has id 7, expected 1"},
      {"hostile-absent.h5", "the column 'age' is not stored"},
      {"hostile-short.h5", "the column 'age' is damaged"},
      {"hostile-long.h5", "the column 'age' is damaged"},
      {"hostile-raw.h5", "the column 'age' is stored without compression"},
      {"hostile-missing.h5", "cannot open the column 'view'"},
      {"hostile-attribute.h5", "attribute 'first_id' is not one whole number"},
  };
  for (const auto& [name, problem] : cases) {
    CHECK_THAT(error_of<DataError>([&, file = name] { ShardReader reader(golden(file)); }), Contains(name) && Contains(problem));
  }
}

TEST_CASE("shard_reader: a shard written by h5py as docs/data-format.md says is read") {
  const ShardReader reader(golden("peer.h5"));
  CHECK(reader.num_rows() == 2);
  CHECK(reader.schema() == DatasetSchema{4, 6, 1, {"Edema", "Mass"}});
  std::vector<std::uint8_t> pixels(24);
  reader.values(1, pixels);
  CHECK(pixels[0] == 24);
  CHECK(pixels[23] == 47);
  const std::vector<SampleRecord> rows = reader.metadata();
  CHECK(rows[1].prompt == "caf\u00e9");
  CHECK(rows[1].age == 61.5F);
  CHECK(rows[1].findings == std::vector<std::int8_t>{0, 1});
}

TEST_CASE("shard_reader: any cut of a shard is an error") {
  const TempFolder folder;
  write_sample_shard(folder / "s.h5", 0, 3);
  const std::string content = read_file(folder / "s.h5");
  for (std::size_t length = 0; length < content.size(); length += 37) {
    CHECK_THAT(error_of<DataError>([&] { summarize_shard(put(folder / "cut.h5", content.substr(0, length))); }),
               Contains("cut.h5"));
  }
}

TEST_CASE("shard_reader: a shard of latents says what made them") {
  const TempFolder folder;
  DatasetSchema other = latents_schema();
  other.encoding.model_digest = std::string(32, 'e');
  write_sample_shard(folder / "s.h5", 0, 2, latents_schema());
  CHECK(ShardReader(folder / "s.h5").schema() != other);
  CHECK(ShardReader(folder / "s.h5").schema().encoding == latents_schema().encoding);
  const ImageShape image = image_shape_of(ShardReader(folder / "s.h5").schema());
  CHECK((image.height == 32 && image.width == 24 && image.channels == 1));
  CHECK_THAT(error_of<DataError>([&] { require_images(latents_schema(), "runs/x"); }),
             Contains("runs/x holds latents, not images"));
  require_images(sample_schema(), "runs/x");
}
