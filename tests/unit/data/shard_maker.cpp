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
  const ShardSummary summary = make_shard(config, manifest, 1, folder.path());
  CHECK(summary.file == "shard-00001.h5");
  CHECK(summary.first_id == 4);
  CHECK(summary.num_rows == 2);
  const ShardReader shard(folder / "shard-00001.h5");
  CHECK(shard.schema() == schema_of(config));
  CHECK(shard.metadata()[1].source == "nih/images/5.png");
  const Image image = read_grey_image(manifest.rows[5].image);
  const Image square = fit == "pad" ? pad_to_square(image) : crop_to_square(image);
  std::vector<std::uint8_t> pixels(64);
  shard.pixels(1, pixels);
  CHECK(pixels == resize(square, 8, 8, Filter::lanczos).pixels);
}

TEST_CASE("a shard is made of the same bytes again") {
  const SiteFixture site("nih");
  site.add_rows(6);
  const PrepareConfig config = site.prepare_config();
  const Manifest manifest = read_manifest(config);
  const TempFolder one;
  const TempFolder two;
  CHECK(make_shard(config, manifest, 0, one.path()) == make_shard(config, manifest, 0, two.path()));
  CHECK(read_file(one / "shard-00000.h5") == read_file(two / "shard-00000.h5"));
}

TEST_CASE("a whole shard of the same rows is found again, anything else is not") {
  const SiteFixture site("nih");
  site.add_rows(6);
  const PrepareConfig config = site.prepare_config();
  const Manifest manifest = read_manifest(config);
  const TempFolder folder;
  CHECK_FALSE(find_shard(config, manifest, 0, folder.path()).has_value());
  const ShardSummary summary = make_shard(config, manifest, 0, folder.path());
  CHECK(find_shard(config, manifest, 0, folder.path()) == summary);

  SECTION("other rows") {
    Manifest other = manifest;
    other.rows[2].record.prompt += "x";
    CHECK_FALSE(find_shard(config, other, 0, folder.path()).has_value());
  }
  SECTION("fewer rows") {
    Manifest other = manifest;
    other.rows.resize(3);
    CHECK_FALSE(find_shard(config, other, 0, folder.path()).has_value());
  }
  SECTION("another size") {
    PrepareConfig other = config;
    other.image.size = 16;
    CHECK_FALSE(find_shard(other, manifest, 0, folder.path()).has_value());
  }
  SECTION("a truncated file") {
    std::filesystem::resize_file(folder / "shard-00000.h5", 300);
    CHECK_FALSE(find_shard(config, manifest, 0, folder.path()).has_value());
  }
  SECTION("no shard at all") {
    std::ofstream(folder / "shard-00000.h5") << "text";
    CHECK_FALSE(find_shard(config, manifest, 0, folder.path()).has_value());
  }
}

TEST_CASE("an image that broke meanwhile stops the shard, which is not published") {
  const SiteFixture site("nih");
  site.add_rows(4);
  const Manifest manifest = read_manifest(site.prepare_config());
  std::ofstream(site.root() / "images/2.png") << "text";
  const TempFolder folder;
  CHECK_THROWS_AS(make_shard(site.prepare_config(), manifest, 0, folder.path()), DataError);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("rows are counted by what is known of them") {
  const SiteFixture site("nih");
  site.add_rows(4);
  Manifest manifest = read_manifest(site.prepare_config());
  manifest.rows[0].record.sex.clear();
  const auto counts = count_rows(records_of(manifest));
  CHECK(counts.at("site").at("nih") == 4);
  CHECK(counts.at("sex") == std::map<std::string, std::int64_t>{{"F", 3}, {"unknown", 1}});
  CHECK(counts.at("age_group").at("18-39") == 4);
  CHECK(counts.at("view").at("PA") == 4);
}
