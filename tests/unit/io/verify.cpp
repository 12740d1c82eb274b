#include "radforge/io/verify.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"

#include "helpers.hpp"
#include "shard_samples.hpp"
#include "temp_folder.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

void flip(const fs::path& path, std::size_t at) {
  std::string content = read_file(path);
  content[at] = static_cast<char>(content[at] ^ 1);
  put(path, content);
}

/// Where a row's noise, which does not compress, lies in its file.
std::size_t place_of_row(const fs::path& path, std::int64_t id) {
  const std::vector<std::uint8_t> pixels = sample_record(id).pixels;
  const std::size_t at = read_file(path).find(std::string(pixels.begin(), pixels.end()));
  REQUIRE(at != std::string::npos);
  return at;
}

/// The only problem that is found.
std::string problem_of(const fs::path& folder) {
  const VerifyReport report = verify_dataset(folder);
  CHECK(report.problems.size() == 1);
  return report.problems.empty() ? "no problem" : report.problems[0];
}

} // namespace

TEST_CASE("verify: a sound data set has no problems, and all of it is counted") {
  const TempFolder folder;
  const DatasetIndex index = write_sample_dataset(folder.path());
  const VerifyReport report = verify_dataset(folder.path());
  CHECK(report.problems.empty());
  CHECK(report.num_shards == 3);
  CHECK(report.num_rows == 13);
  CHECK(report.num_bytes == index.shards[0].num_bytes + index.shards[1].num_bytes + index.shards[2].num_bytes);
  CHECK(verify_shard(folder.path(), index.shards[2], VerifyDepth::pixels).num_rows == 3);
}

TEST_CASE("verify: flipped bytes are found, with their rows") {
  const TempFolder folder;
  write_sample_dataset(folder.path());
  const fs::path path = folder / "shard-00001.h5";
  flip(path, place_of_row(path, 7) + 50);
  CHECK_THAT(problem_of(folder.path()), Contains("shard-00001.h5") && Contains("images differ in rows 2") && !Contains("2-"));
  flip(path, place_of_row(path, 5));
  flip(path, place_of_row(path, 8) + 191);
  CHECK_THAT(problem_of(folder.path()), Contains("images differ in rows 0, 2-3"));
  const VerifyReport report = verify_dataset(folder.path());
  CHECK(report.num_shards == 3);
  CHECK(report.num_rows == 8);
}

TEST_CASE("verify: one flipped byte anywhere in a shard is found") {
  const TempFolder folder;
  const ShardSummary summary = write_sample_shard(folder / "s.h5", 0, 2);
  for (std::size_t at = 0; at < static_cast<std::size_t>(summary.num_bytes); at += 29) {
    flip(folder / "s.h5", at);
    CHECK_THAT(verify_shard(folder.path(), summary, VerifyDepth::files).problems.at(0),
               Contains("s.h5") && Contains("file digest differs"));
    flip(folder / "s.h5", at);
  }
  CHECK(verify_shard(folder.path(), summary, VerifyDepth::files).problems.empty());
}

TEST_CASE("verify: a shard whose metadata changed while its images are right") {
  const TempFolder folder;
  DatasetIndex index = write_sample_dataset(folder.path());
  // The same images and another prompt.
  ShardWriter writer(folder / "shard-00002.h5", sample_schema(), {.first_id = 10, .num_rows = 3});
  for (std::int64_t id = 10; id < 13; ++id) {
    SampleRecord record = sample_record(id);
    record.prompt = "other";
    writer.append(record);
  }
  writer.close();
  const VerifyReport report = verify_dataset(folder.path());
  CHECK_THAT(report.problems.back(), Contains("shard-00002.h5") && Contains("metadata or structure"));
}

TEST_CASE("verify: a missing shard, an extra one and a missing dataset.h5") {
  const TempFolder folder;
  write_sample_dataset(folder.path());
  fs::rename(folder / "shard-00001.h5", folder / "shard-00009.h5");
  VerifyReport report = verify_dataset(folder.path());
  REQUIRE(report.problems.size() == 2);
  CHECK_THAT(report.problems[0], Contains("shard-00001.h5: missing"));
  CHECK_THAT(report.problems[1], Contains("shard-00009.h5: extra"));
  CHECK(report.num_shards == 2);
  fs::rename(folder / "shard-00009.h5", folder / "shard-00001.h5");
  fs::remove(folder / "dataset.h5");
  CHECK_THAT(problem_of(folder.path()), Contains("dataset.h5: missing"));
}

TEST_CASE("verify: swapped shards are told apart from damaged ones") {
  const TempFolder folder;
  write_sample_dataset(folder.path());
  fs::rename(folder / "shard-00000.h5", folder / "x");
  fs::rename(folder / "shard-00001.h5", folder / "shard-00000.h5");
  fs::rename(folder / "x", folder / "shard-00001.h5");
  const VerifyReport report = verify_dataset(folder.path());
  REQUIRE(report.problems.size() >= 2);
  CHECK_THAT(report.problems.front(), Contains("shard-00000.h5") && Contains("holds ids 5 to 9 where 0 to 4 belong"));
  CHECK_THAT(report.problems.back(), Contains("shard-00001.h5") && Contains("holds ids 0 to 4 where 5 to 9 belong"));
}

TEST_CASE("verify: a cut shard is found by its size, and that no row can be read is said") {
  const TempFolder folder;
  write_sample_dataset(folder.path());
  fs::resize_file(folder / "shard-00002.h5", 1000);
  VerifyReport report = verify_dataset(folder.path());
  REQUIRE(report.problems.size() == 2);
  CHECK_THAT(report.problems[0], Contains("shard-00002.h5") && Contains("1000 bytes where"));
  CHECK_THAT(report.problems[1], Contains("no row can be read"));
  fs::resize_file(folder / "shard-00002.h5", 0);
  report = verify_dataset(folder.path());
  CHECK_THAT(report.problems.at(0), Contains("0 bytes where"));
}

TEST_CASE("verify: without dataset.json there is no data set to verify") {
  const TempFolder folder;
  CHECK_THROWS_AS(verify_dataset(folder.path()), DataError);
  CHECK_THROWS_AS(verify_dataset(folder / "none"), IoError);
}

TEST_CASE("verify: any flipped byte of dataset.json and dataset.h5 is found") {
  const TempFolder folder;
  write_sample_dataset(folder.path());
  const auto size = [&](const char* name) { return static_cast<std::size_t>(fs::file_size(folder / name)); };
  for (std::size_t at = 0; at < size("dataset.json"); at += 17) {
    flip(folder / "dataset.json", at);
    CHECK_THROWS_AS(verify_dataset(folder.path()), DataError);
    flip(folder / "dataset.json", at);
  }
  for (std::size_t at = 0; at < size("dataset.h5"); at += 501) {
    flip(folder / "dataset.h5", at);
    CHECK_THAT(problem_of(folder.path()), Contains("dataset.h5: file digest differs"));
    flip(folder / "dataset.h5", at);
  }
  CHECK(verify_dataset(folder.path()).problems.empty());
}

TEST_CASE("verify: damaged files are listed by name, extra ones are not") {
  const TempFolder folder;
  write_sample_dataset(folder.path());
  flip(folder / "shard-00002.h5", 700);
  fs::remove(folder / "shard-00000.h5");
  fs::copy(folder / "shard-00001.h5", folder / "shard-00007.h5");
  fs::remove(folder / "dataset.h5");
  CHECK(verify_dataset(folder.path()).damaged_files ==
        std::vector<std::string>{"shard-00000.h5", "shard-00002.h5", "dataset.h5"});
}

TEST_CASE("verify: pixels that are not those of the index are found by decoding alone") {
  const TempFolder folder;
  DatasetIndex index = write_sample_dataset(folder.path());
  std::swap(index.shards[1].pixel_digests[1], index.shards[1].pixel_digests[3]);
  index.save(folder.path());
  CHECK(verify_dataset(folder.path()).problems.empty());
  const VerifyReport deep = verify_dataset(folder.path(), VerifyDepth::pixels);
  REQUIRE(deep.problems.size() == 1);
  CHECK_THAT(deep.problems[0], Contains("shard-00001.h5: pixels differ in rows 1, 3"));
}

TEST_CASE("verify: pixel digests do not depend on the compression") {
  const TempFolder folder;
  const auto write = [&](const char* name, int level) {
    ShardWriter writer(folder / name, sample_schema(), {.num_rows = 1, .compression_level = level});
    SampleRecord record = sample_record(0);
    std::fill(record.pixels.begin(), record.pixels.end(), std::uint8_t{7});
    writer.append(record);
    return writer.close();
  };
  const ShardSummary one = write("a.h5", 1);
  const ShardSummary other = write("b.h5", 0);
  CHECK(one.pixel_digests == other.pixel_digests);
  CHECK(one.row_digests != other.row_digests);
}

TEST_CASE("verify: text states are verified with the latents above them") {
  const TempFolder folder;
  const fs::path states = folder / DatasetIndex::text_states_folder;
  fs::create_directories(states);
  write_sample_dataset(states);
  DatasetIndex index = write_sample_dataset(folder.path());
  index.text_states =
      FileSummary{static_cast<std::int64_t>(fs::file_size(states / "dataset.json")), digest_file(states / "dataset.json")};
  index.save(folder.path());
  CHECK(verify_dataset(folder.path()).problems.empty());
  CHECK(verify_dataset(folder.path()).num_shards == 6);

  flip(states / "shard-00001.h5", 900);
  const VerifyReport damaged = verify_dataset(folder.path());
  CHECK(damaged.damaged_files == std::vector<std::string>{"text_states/shard-00001.h5"});
  CHECK_THAT(damaged.problems.at(0), Contains("text_states/shard-00001.h5: file digest differs"));
  flip(states / "shard-00001.h5", 900);

  fs::rename(states / "dataset.json", states / "x");
  const VerifyReport missing = verify_dataset(folder.path());
  CHECK(missing.damaged_files == std::vector<std::string>{"text_states/dataset.json"});
  CHECK_THAT(missing.problems.at(0), Contains("text_states/dataset.json: missing"));
}
