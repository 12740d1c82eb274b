#include "radforge/io/shard_writer.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/io/shard_reader.hpp"

#include "helpers.hpp"
#include "shard_samples.hpp"
#include "temp_folder.hpp"

#include <chrono>
#include <cmath>
#include <thread>

using namespace radforge;
using Catch::Matchers::Contains;

TEST_CASE("shard_writer: the summary describes the published file, and nothing else is left") {
  const TempFolder folder;
  const ShardSummary summary = write_sample_shard(folder / "shard-00002.h5", 20, 10);
  CHECK(summary.file == "shard-00002.h5");
  CHECK(summary.first_id == 20);
  CHECK(summary.num_rows == 10);
  CHECK(summary.num_bytes == static_cast<std::int64_t>(std::filesystem::file_size(folder / "shard-00002.h5")));
  CHECK(summary.file_digest == digest_file(folder / "shard-00002.h5"));
  REQUIRE(summary.row_digests.size() == 10);
  CHECK(summary.row_digests[0] != summary.row_digests[1]);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("shard_writer: equal records give equal bytes, at any time and under any name") {
  const TempFolder folder;
  const ShardSummary first = write_sample_shard(folder / "a.h5", 0, 7);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100)); // HDF5's times are in seconds
  const ShardSummary second = write_sample_shard(folder / "b.h5", 0, 7);
  CHECK(first.file_digest == second.file_digest);
  CHECK(read_file(folder / "a.h5") == read_file(folder / "b.h5"));
  CHECK(write_sample_shard(folder / "c.h5", 1, 7).file_digest != first.file_digest);
}

TEST_CASE("shard_writer: an unclosed writer leaves nothing, an older shard of its name stays") {
  const TempFolder folder;
  const ShardSummary old = write_sample_shard(folder / "s.h5", 0, 3);
  {
    ShardWriter writer(folder / "s.h5", sample_schema(), {.first_id = 0, .num_rows = 4});
    writer.append(sample_record(0));
    CHECK(num_entries(folder) == 2);
  }
  CHECK(num_entries(folder) == 1);
  CHECK(digest_file(folder / "s.h5") == old.file_digest);
}

TEST_CASE("shard_writer: an older shard is replaced by a new one of the same name") {
  const TempFolder folder;
  write_sample_shard(folder / "s.h5", 0, 3);
  const ShardSummary summary = write_sample_shard(folder / "s.h5", 0, 4);
  CHECK(digest_file(folder / "s.h5") == summary.file_digest);
}

TEST_CASE("shard_writer: wrong numbers and orders of rows are a programmer's error, and nothing is published") {
  const TempFolder folder;
  {
    ShardWriter writer(folder / "s.h5", sample_schema(), {.first_id = 3, .num_rows = 2});
    CHECK_THROWS_AS(writer.append(sample_record(4)), InternalError);
    writer.append(sample_record(3));
    CHECK_THROWS_AS(writer.close(), InternalError);
    writer.append(sample_record(4));
    CHECK_THROWS_AS(writer.append(sample_record(5)), InternalError);
    writer.close();
    CHECK_THROWS_AS(writer.close(), InternalError);
  }
  CHECK(ShardReader(folder / "s.h5").num_rows() == 2);
  CHECK_THROWS_AS(ShardWriter(folder / "t.h5", sample_schema(), {.num_rows = 0}), InternalError);
  CHECK_THROWS_AS(ShardWriter(folder / "t.h5", {0, 1, 1, {}}, {.num_rows = 1}), InternalError);
  CHECK_THROWS_AS(ShardWriter(folder / "t.h5", sample_schema(), {.num_rows = 1, .compression_level = 13}), InternalError);
  CHECK_FALSE(std::filesystem::exists(folder / "t.h5"));
}

TEST_CASE("shard_writer: a record that does not fit the schema is refused by name, and the next may follow") {
  const TempFolder folder;
  ShardWriter writer(folder / "s.h5", sample_schema(), {.first_id = 0, .num_rows = 1});
  const auto fault = [&](auto change) {
    SampleRecord record = sample_record(0);
    change(record);
    return error_of<DataError>([&] { writer.append(record); });
  };
  CHECK_THAT(fault([](SampleRecord& r) { r.pixels.pop_back(); }),
             Contains("record 0") && Contains("191 pixel values") && Contains("192"));
  CHECK_THAT(fault([](SampleRecord& r) { r.findings.pop_back(); }), Contains("2 findings where the data set names 3"));
  CHECK_THAT(fault([](SampleRecord& r) { r.findings[1] = 2; }), Contains("neither 1 (present)"));
  CHECK_THAT(fault([](SampleRecord& r) { r.age = std::nanf(""); }), Contains("is no age"));
  CHECK_THAT(fault([](SampleRecord& r) { r.age = -2; }), Contains("age -2 is no age"));
  CHECK_THAT(fault([](SampleRecord& r) { r.prompt = std::string(513, 'x'); }), Contains("prompt of 513 bytes"));
  CHECK_THAT(fault([](SampleRecord& r) { r.patient = std::string(65, 'x'); }), Contains("patient of 65 bytes"));
  CHECK_THAT(fault([](SampleRecord& r) { r.race = "\xFF"; }), Contains("race is not UTF-8"));
  CHECK_THAT(fault([](SampleRecord& r) { r.source = std::string("a\0b", 3); }),
             Contains("source is not UTF-8 text without zeros"));
  SampleRecord record = sample_record(0);
  record.prompt = std::string(512, 'x');
  record.source = std::string(128, 'y');
  writer.append(record);
  writer.close();
  CHECK(ShardReader(folder / "s.h5").metadata()[0].prompt == record.prompt);
  CHECK(ShardReader(folder / "s.h5").metadata()[0].source == record.source);
}

TEST_CASE("shard_writer: a folder that is missing is an IoError") {
  const TempFolder folder;
  CHECK_THAT(error_of<IoError>([&] { ShardWriter(folder / "none" / "s.h5", sample_schema(), {.num_rows = 1}); }),
             Contains("none") && Contains("No such file"));
}

TEST_CASE("shard_writer: names of shards sort in order") {
  CHECK(ShardWriter::file_name(0) == "shard-00000.h5");
  CHECK(ShardWriter::file_name(12) == "shard-00012.h5");
  CHECK(ShardWriter::file_name(99999) == "shard-99999.h5");
}
