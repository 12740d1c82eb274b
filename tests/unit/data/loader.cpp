#include "radforge/data/loader.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include "dataset_fixture.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <numeric>

using namespace radforge;

namespace {

std::vector<std::int64_t> first_ids(std::size_t count) {
  std::vector<std::int64_t> ids(count);
  std::iota(ids.begin(), ids.end(), 0);
  return ids;
}

DataConfig one_source(const std::filesystem::path& folder) {
  DataConfig config;
  config.sources = {{.dataset = folder.string()}};
  config.validation_split = "train";
  return config;
}

} // namespace

TEST_CASE("batches come in order with their images, whatever the number of threads and ranks") {
  const DatasetFixture fixture(11);
  const Mixture data(one_source(fixture.path()));
  const int num_threads = GENERATE(1, 3);
  const int num_ranks = GENERATE(1, 2, 3);
  Sampler expected(first_ids(11), 5, 4);
  for (int rank = 0; rank < num_ranks; ++rank) {
    Loader loader(data, Sampler(first_ids(11), 5, 4), Augmenter({}, 4),
                  {.first_step = 2, .last_step = 40, .rank = rank, .num_ranks = num_ranks, .num_threads = num_threads});
    for (std::int64_t step = 2; step < 40; ++step) {
      const Batch batch = loader.next();
      CHECK(batch.step == step);
      CHECK(batch.turns == expected.slice(step, rank, num_ranks));
      REQUIRE(batch.values.size() == batch.turns.size() * 144);
      for (std::size_t i = 0; i < batch.turns.size(); ++i) {
        CHECK(shade_of(std::span(batch.values).subspan(i * 144, 144)) == batch.turns[i].id);
      }
    }
    CHECK(loader.wait_s() >= 0);
    CHECK_THROWS_AS(loader.next(), InternalError);
  }
}

TEST_CASE("a profile is told of each batch that is read") {
  const DatasetFixture fixture(4);
  const Mixture data(one_source(fixture.path()));
  SpanLog log;
  log.open();
  {
    Loader loader(data, Sampler(first_ids(4), 2, 4), Augmenter({}, 4), {.last_step = 3, .num_threads = 1, .spans = &log});
    for (int step = 0; step < 3; ++step) {
      loader.next();
    }
  }
  const std::vector<SpanLog::Span> spans = log.close();
  REQUIRE(spans.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(spans[i].category == "loader");
    CHECK(spans[i].numbers == SpanLog::Numbers{{"step", i + 1}});
  }
}

TEST_CASE("a rank whose share is empty gets empty batches") {
  const DatasetFixture fixture(4);
  const Mixture data(one_source(fixture.path()));
  Loader loader(data, Sampler(first_ids(4), 1, 4), Augmenter({}, 4), {.last_step = 2, .rank = 0, .num_ranks = 2});
  CHECK(loader.next().turns.empty());
  CHECK(loader.next().values.empty());
}

TEST_CASE("a loader can be dropped at any point without hanging") {
  const DatasetFixture fixture(11);
  const Mixture data(one_source(fixture.path()));
  for (int taken = 0; taken < 6; ++taken) {
    Loader loader(data, Sampler(first_ids(11), 5, 4), Augmenter({}, 4),
                  {.last_step = 1'000'000, .num_threads = 2, .num_ahead = 2});
    for (int i = 0; i < taken; ++i) {
      loader.next();
    }
  }
  const Loader untouched(data, Sampler(first_ids(11), 5, 4), Augmenter({}, 4), {.first_step = 3, .last_step = 3});
  SUCCEED();
}

TEST_CASE("an error of a worker is thrown by next, after the batches before it") {
  const DatasetFixture fixture(8);
  const Mixture data(one_source(fixture.path()));
  std::vector<std::int64_t> ids = first_ids(8);
  ids.push_back(99); // no such sample
  Sampler order(ids, 1, 4);
  std::int64_t bad_step = 0;
  while (order.batch(bad_step)[0].id != 99) {
    ++bad_step;
  }
  Loader loader(data, Sampler(ids, 1, 4), Augmenter({}, 4), {.last_step = 100, .num_threads = 3});
  for (std::int64_t step = 0; step < bad_step; ++step) {
    CHECK(loader.next().step == step);
  }
  CHECK_THROWS_AS(loader.next(), InternalError);
  CHECK_THROWS_AS(loader.next(), InternalError);
}

TEST_CASE("damaged pixels stop the loader with a data error") {
  const DatasetFixture fixture(4);
  const Mixture data(one_source(fixture.path()));
  const std::filesystem::path shard = fixture.path() / "shard-00000.h5";
  const std::size_t grey = read_file(shard).find(std::string(8, 100)); // in the first image's first row
  REQUIRE(grey != std::string::npos);
  std::fstream file(shard, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(grey));
  file.put(101);
  file.close();
  Loader loader(data, Sampler(first_ids(4), 4, 4), Augmenter({}, 4), {.last_step = 1});
  CHECK_THROWS_AS(loader.next(), DataError);
  CHECK_THROWS_WITH(loader.next(), Catch::Matchers::Contains("shard-00000.h5: row 0"));
}

TEST_CASE("augmented batches are the same in any number of slices, and other ones in another epoch") {
  const DatasetFixture fixture(6);
  const Mixture data(one_source(fixture.path()));
  const AugmentationConfig strong{.max_shift = 0.3, .max_rotation_degrees = 20, .max_brightness = 0.2};
  const auto all_pixels = [&](int num_ranks) {
    std::vector<std::uint8_t> pixels;
    for (int rank = 0; rank < num_ranks; ++rank) {
      Loader loader(data, Sampler(first_ids(6), 6, 4), Augmenter(strong, 4),
                    {.last_step = 1, .rank = rank, .num_ranks = num_ranks});
      const Batch batch = loader.next();
      pixels.insert(pixels.end(), batch.values.begin(), batch.values.end());
    }
    return pixels;
  };
  const std::vector<std::uint8_t> whole = all_pixels(1);
  CHECK(all_pixels(2) == whole);
  CHECK(all_pixels(4) == whole);
  Loader loader(data, Sampler(std::vector<std::int64_t>{3}, 1, 4), Augmenter(strong, 4), {.last_step = 2});
  CHECK(loader.next().values != loader.next().values);
}
