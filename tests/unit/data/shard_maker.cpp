#include "radforge/data/shard_maker.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/io/shard_reader.hpp"

#include "site_fixture.hpp"

#include <catch2/catch.hpp>

#include <fstream>

using namespace radforge;

TEST_CASE("as many shards as the rows need") {
  CHECK(num_shards_of(1, 4) == 1);
  CHECK(num_shards_of(4, 4) == 1);
  CHECK(num_shards_of(5, 4) == 2);
  CHECK(num_shards_of(0, 4) == 0);
}

TEST_CASE("a shard holds its rows' records and their images, square and resized") {
  const SiteFixture site("nih");
  site.add_rows(6);
  PrepareConfig config = site.prepare_config();
  const std::string fit = GENERATE("pad", "crop");
  config.image.fit = fit;
  const Manifest manifest = read_manifest(config);
  const TempFolder folder;
  const ShardSummary summary = ShardMaker(config, manifest, 2).make(1, folder.path()).summary;
  CHECK(summary.file == "shard-00001.h5");
  CHECK(summary.first_id == 4);
  CHECK(summary.num_rows == 2);
  const ShardReader shard(folder / "shard-00001.h5");
  CHECK(shard.schema() == schema_of(config));
  CHECK(shard.metadata()[1].source == "nih/images/5.png");
  const Image image = read_image(image_path(config, manifest.rows[5]), {});
  const Image square = fit == "pad" ? pad_to_square(image) : crop_to_square(image);
  std::vector<std::uint8_t> pixels(64);
  shard.values(1, pixels);
  CHECK(pixels == resize(square, 8, 8, Filter::lanczos).pixels);
}

TEST_CASE("a shard is made of the same bytes again, by any number of threads") {
  const SiteFixture site("nih");
  site.add_rows(6);
  const PrepareConfig config = site.prepare_config();
  const Manifest manifest = read_manifest(config);
  const TempFolder one;
  const TempFolder two;
  const auto summary = [&](int num_threads, const TempFolder& folder) {
    return ShardMaker(config, manifest, num_threads).make(0, folder.path()).summary;
  };
  CHECK(summary(1, one) == summary(3, two));
  CHECK(read_file(one / "shard-00000.h5") == read_file(two / "shard-00000.h5"));
}

TEST_CASE("a whole shard of the same rows is found again, anything else is not") {
  const SiteFixture site("nih");
  site.add_rows(6);
  const PrepareConfig config = site.prepare_config();
  const Manifest manifest = read_manifest(config);
  const TempFolder folder;
  const ShardMaker maker(config, manifest, 1);
  CHECK_FALSE(maker.find(0, folder.path()).has_value());
  const ShardSummary summary = maker.make(0, folder.path()).summary;
  REQUIRE(maker.find(0, folder.path()).has_value());
  CHECK(maker.find(0, folder.path())->summary == summary);

  SECTION("other rows") {
    Manifest other = manifest;
    other.rows[2].record.prompt += "x";
    CHECK_FALSE(ShardMaker(config, other, 1).find(0, folder.path()).has_value());
  }
  SECTION("fewer rows") {
    Manifest other = manifest;
    other.rows.resize(3);
    CHECK_FALSE(ShardMaker(config, other, 1).find(0, folder.path()).has_value());
  }
  SECTION("another size") {
    PrepareConfig other = config;
    other.image.size = 16;
    CHECK_FALSE(ShardMaker(other, manifest, 1).find(0, folder.path()).has_value());
  }
  SECTION("a truncated file") {
    std::filesystem::resize_file(folder / "shard-00000.h5", 300);
    CHECK_FALSE(maker.find(0, folder.path()).has_value());
  }
  SECTION("no shard at all") {
    std::ofstream(folder / "shard-00000.h5") << "text";
    CHECK_FALSE(maker.find(0, folder.path()).has_value());
  }
}

TEST_CASE("unusable images are rejected rows, black, with their reasons, and the others keep their ids") {
  const SiteFixture site("nih");
  site.add_rows(4);
  const PrepareConfig config = site.prepare_config();
  std::ofstream(site.root() / "images/0.png") << "no image";
  std::filesystem::remove(site.root() / "images/1.png");
  std::filesystem::resize_file(site.root() / "images/3.png", 60);
  const Manifest manifest = read_manifest(config);
  const TempFolder folder;
  const ShardMaker maker(config, manifest, 2);
  const PreparedShard made = maker.make(0, folder.path());
  REQUIRE(made.faults.size() == 3);
  CHECK(made.faults[0].row == 0);
  CHECK_THAT(made.faults[0].reason, Catch::Contains("unusable image: ") && Catch::Contains("0.png"));
  CHECK(made.faults[1] == ImageFault{1, "missing image file"});
  CHECK(made.faults[2].row == 3);
  const ShardReader shard(folder / made.summary.file);
  std::vector<std::uint8_t> pixels(64);
  for (const std::int64_t row : {0, 1, 2, 3}) {
    CHECK(shard.metadata()[static_cast<std::size_t>(row)].id == row);
    CHECK(shard.metadata()[static_cast<std::size_t>(row)].status == (row == 2 ? "ok" : "rejected"));
    shard.values(row, pixels);
    CHECK((pixels == std::vector<std::uint8_t>(64, 0)) == (row != 2));
  }

  SECTION("found again with the same faults") {
    const auto found = maker.find(0, folder.path());
    REQUIRE(found.has_value());
    CHECK(found->summary == made.summary);
    CHECK(found->faults == made.faults);
  }
  SECTION("to be made again once an image is mended") {
    site.add_image("1.png", 7);
    CHECK_FALSE(maker.find(0, folder.path()).has_value());
    CHECK(maker.make(0, folder.path()).faults.size() == 2);
  }
}

TEST_CASE("an image too long for a square is rejected where it would be padded, and cropped where it is cropped") {
  const SiteFixture site("nih");
  site.add_rows(1);
  write_png(site.root() / "images/0.png", Image{20, 9000, 1, std::vector<std::uint8_t>(20 * 9000, 90)});
  PrepareConfig config = site.prepare_config();
  const Manifest manifest = read_manifest(config);
  const TempFolder folder;
  const std::vector<ImageFault> faults = ShardMaker(config, manifest, 1).make(0, folder.path()).faults;
  REQUIRE(faults.size() == 1);
  CHECK_THAT(faults[0].reason, Catch::Contains("9000 x 20 pixels are too long for a square"));
  config.image.fit = "crop";
  CHECK(ShardMaker(config, manifest, 1).make(0, folder.path()).faults.empty());
}

TEST_CASE("an image file that cannot be read now is an error, and no shard is published") {
  const SiteFixture site("nih");
  site.add_rows(4);
  const Manifest manifest = read_manifest(site.prepare_config());
  const PrepareConfig config = site.prepare_config();
  const TempFolder folder;
  std::filesystem::remove(folder.path());
  CHECK_THROWS_AS(ShardMaker(config, manifest, 1).make(0, folder.path()), IoError);
}

TEST_CASE("rows are counted by what is known of them, the rejected ones by status alone") {
  RowCounter counter;
  SampleRecord record;
  record.source = "nih/a.png";
  record.age_group = "18-39";
  record.view = "PA";
  for (const char* sex : {"F", "F", ""}) {
    record.sex = sex;
    counter.add(record);
  }
  record.status = "rejected";
  counter.add(record);
  CHECK(counter.counts().at("status") == std::map<std::string, std::int64_t>{{"ok", 3}, {"rejected", 1}});
  CHECK(counter.counts().at("site").at("nih") == 3);
  CHECK(counter.counts().at("sex") == std::map<std::string, std::int64_t>{{"F", 2}, {"unknown", 1}});
  CHECK(counter.counts().at("age_group").at("18-39") == 3);
  CHECK(counter.counts().at("race").at("unknown") == 3);
}
