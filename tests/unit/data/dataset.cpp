#include "radforge/data/dataset.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/shard_writer.hpp"

#include "dataset_fixture.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <fstream>

using namespace radforge;
using Catch::Matchers::Contains;

TEST_CASE("a data set gives every row's record and image by id") {
  const DatasetFixture fixture(10);
  const Dataset dataset(fixture.path());
  CHECK(dataset.index().num_rows() == 10);
  CHECK(dataset.schema().height == 12);
  std::vector<std::uint8_t> pixels(144);
  for (std::int64_t id = 9; id >= 0; --id) {
    CHECK(dataset.record(id).id == id);
    CHECK(dataset.record(id).source == "nih/images/" + std::to_string(id) + ".png");
    CHECK(dataset.record(id).prompt == fixture.manifest().rows[static_cast<std::size_t>(id)].record.prompt);
    dataset.pixels(id, pixels);
    CHECK(shade_of(pixels) == id);
  }
  CHECK_THROWS_AS(dataset.record(10), InternalError);
  CHECK_THROWS_AS(dataset.pixels(-1, pixels), InternalError);
}

TEST_CASE("samples are selected by split, site, sex and age group, ascending") {
  const DatasetFixture fixture(60);
  const Dataset dataset(fixture.path());
  std::size_t total = 0;
  for (const std::string split : {"train", "validation", "test"}) {
    std::vector<std::int64_t> ids;
    try {
      ids = dataset.select(DataSourceConfig{}, split);
    } catch (const DataError&) {
      // a small split may be empty
    }
    CHECK(std::is_sorted(ids.begin(), ids.end()));
    for (const std::int64_t id : ids) {
      CHECK(dataset.record(id).split == split);
    }
    total += ids.size();
  }
  CHECK(total == 60);

  DataSourceConfig young;
  young.sites = {"nih"};
  young.sexes = {"F"};
  young.age_groups = {"18-39", "80+"};
  for (const std::int64_t id : dataset.select(young, "train")) {
    CHECK(dataset.record(id).age < 40);
  }
}

TEST_CASE("a selection that lets nothing through, or a site that is not there, is an error") {
  const DatasetFixture fixture(8);
  const Dataset dataset(fixture.path());
  DataSourceConfig config;
  config.sexes = {"M"};
  CHECK_THROWS_AS(dataset.select(config, "train"), DataError);
  CHECK_THROWS_WITH(dataset.select(config, "train"), Contains("no sample passes (split train, sex M)"));
  config = {};
  config.views = {"LATERAL"};
  CHECK_THROWS_WITH(dataset.select(config, "train"), Contains("view LATERAL"));
  config = {};
  config.sites = {"nhi"};
  CHECK_THROWS_AS(dataset.select(config, "train"), DataError);
  CHECK_THROWS_WITH(dataset.select(config, "train"), Contains("no site nhi (it has nih)"));
}

TEST_CASE("a folder that is no data set, or lacks a shard, or has a wrong one, is refused") {
  const DatasetFixture fixture(8);
  CHECK_THROWS_AS(Dataset(fixture.path() / "none"), Error);
  std::filesystem::copy_file(fixture.path() / "shard-00000.h5", fixture.path() / "shard-00001.h5",
                             std::filesystem::copy_options::overwrite_existing);
  CHECK_THROWS_AS(Dataset(fixture.path()), DataError);
  CHECK_THROWS_WITH(Dataset(fixture.path()), Contains("shard-00001.h5"));
  std::filesystem::remove(fixture.path() / "shard-00001.h5");
  CHECK_THROWS_AS(Dataset(fixture.path()), Error);
  CHECK_THROWS_WITH(Dataset(fixture.path()), Contains("shard-00001.h5"));
}

TEST_CASE("a row in a split that there is not is refused, by its name") {
  for (const std::string split : {"../../outside", "/tmp", "Train", "val"}) {
    const TempFolder folder;
    DatasetIndex index{.name = "generate", .schema = {.height = 1, .width = 1}};
    index.rows_per_shard = 1;
    ShardWriter writer(folder / "shard-00000.h5", index.schema, {.first_id = 0, .num_rows = 1});
    writer.append(SampleRecord{.id = 0, .pixels = {7}, .split = split});
    index.shards.push_back(writer.close());
    index.save(folder.path());
    CHECK_THROWS_AS(Dataset(folder.path()), DataError);
    CHECK_THROWS_WITH(Dataset(folder.path()), Contains("row 0 is in the split '" + split + "'"));
  }
}
