#include "radforge/data/manifest.hpp"

#include "radforge/core/error.hpp"
#include "radforge/data/rejections.hpp"

#include "site_fixture.hpp"

#include <catch2/catch.hpp>

using namespace radforge;
using Catch::Matchers::Contains;

TEST_CASE("rows become records in table order") {
  const SiteFixture site("nih");
  site.add_image("a.png");
  site.add_image("b.png");
  site.write_table("images/a.png,7,F,57,,Asian,PA,0,1,here\nimages/b.png,8,,,80+,,,-1,,\n");
  const Manifest manifest = read_manifest(site.prepare_config());
  CHECK(manifest.rejections.empty());
  REQUIRE(manifest.rows.size() == 2);
  const SampleRecord& first = manifest.rows[0].record;
  CHECK(first.id == 0);
  CHECK(first.source == "nih/images/a.png");
  CHECK(first.patient == "nih/7");
  CHECK(first.split == split_of("nih/7", SplitConfig{}, 1));
  CHECK(first.sex == "F");
  CHECK(first.age == 57);
  CHECK(first.age_group == "40-59");
  CHECK(first.race == "Asian");
  CHECK(first.view == "PA");
  CHECK(first.findings == std::vector<std::int8_t>{0, 1});
  CHECK(first.prompt == "57 year old female. PA view. effusion.");
  CHECK(first.status == "ok");
  CHECK(first.pixels.empty());
  CHECK(image_path(site.prepare_config(), manifest.rows[0]) == site.root() / "images/a.png");
  CHECK(manifest.rows[0].line == 2);
  const SampleRecord& second = manifest.rows[1].record;
  CHECK(second.id == 1);
  CHECK(second.sex.empty());
  CHECK(second.age == -1);
  CHECK(second.age_group == "80+");
  CHECK(second.findings == std::vector<std::int8_t>{-1, -1});
  CHECK(second.prompt.empty());
}

TEST_CASE("image and patient are the only columns a table must have") {
  const SiteFixture site("nih");
  site.add_image("a.png");
  site.write_table("7,images/a.png\n", "patient_id,image\n");
  PrepareConfig config = site.prepare_config();
  config.findings.clear();
  const Manifest manifest = read_manifest(config);
  REQUIRE(manifest.rows.size() == 1);
  CHECK(manifest.rows[0].record.patient == "nih/7");
  site.write_table("images/a.png\n", "image\n");
  CHECK_THROWS_AS(read_manifest(config), DataError);
  CHECK_THROWS_WITH(read_manifest(config), Contains("patient_id"));
}

TEST_CASE("each bad row is kept with its reason") {
  const SiteFixture site("nih");
  site.add_image("a.png");
  site.add_image("b.png");
  site.write_table("images/a.png,1,F,57,,,PA,,,\n"
                   "images/b.png,1,F,414,,,PA,,,\n"
                   "images/b1.png,1,X,57,,,PA,,,\n"
                   "images/../images/a.png,1,F,57,,,PA,,,\n"
                   "../outside.png,1,F,57,,,PA,,,\n"
                   "images/../../outside.png,1,F,57,,,PA,,,\n"
                   "/etc/hostname,1,F,57,,,PA,,,\n"
                   ",1,F,57,,,PA,,,\n"
                   "images/b2.png,,F,57,,,PA,,,\n"
                   "images/b3.png,1,F,57,18-39,,PA,,,\n"
                   "images/b4.png,1,F,,old,,PA,,,\n");
  const Manifest manifest = read_manifest(site.prepare_config());
  CHECK(manifest.rows.size() == 1);
  CHECK(count_by_reason(manifest.rejections, Rejection::Kind::fault) ==
        std::map<std::string, std::size_t>{{"bad age", 1},
                                           {"unknown sex code", 1},
                                           {"duplicate image", 1},
                                           {"image outside the site's folder", 3},
                                           {"no image named", 1},
                                           {"no patient named", 1},
                                           {"age and age group disagree", 1},
                                           {"unknown age group", 1}});
  REQUIRE(manifest.rejections.size() == 10);
  CHECK(manifest.rejections[0].site == "nih");
  CHECK(manifest.rejections[0].line == 3);
  CHECK(manifest.rejections[0].image == "images/b.png");
  CHECK_THAT(manifest.rejections[0].reason, Contains("\"414\""));
}

TEST_CASE("text that no shard could hold rejects its row, before any shard is made") {
  const SiteFixture site("nih");
  site.write_table("images/" + std::string(130, 'a') + ".png,1,F,57,,,PA,,,\nimages/b.png," + std::string(70, '1') +
                   ",F,57,,,PA,,,\nimages/c.png,1,F,57,,,PA,,,\n");
  const Manifest manifest = read_manifest(site.prepare_config());
  REQUIRE(manifest.rejections.size() == 2);
  CHECK_THAT(manifest.rejections[0].reason, Contains("unfit text: source of "));
  CHECK_THAT(manifest.rejections[1].reason, Contains("unfit text: patient of "));
  CHECK(manifest.rows.at(0).record.id == 0);
}

TEST_CASE("views that are not wanted are left out by choice") {
  const SiteFixture site("nih");
  site.write_table("images/a.png,1,F,57,,,PA,,,\nimages/b.png,1,F,57,,,AP,,,\nimages/c.png,2,F,57,,,,,,\n");
  PrepareConfig config = site.prepare_config();
  config.sites[0].views = {"PA"};
  const Manifest manifest = read_manifest(config);
  REQUIRE(manifest.rows.size() == 1);
  REQUIRE(manifest.rejections.size() == 2);
  CHECK(manifest.rejections[0].kind == Rejection::Kind::choice);
  CHECK(manifest.rejections[0].reason == "view not wanted: AP");
  CHECK(manifest.rejections[1].line == 4);
}

TEST_CASE("a provider's own split is taken where it is given, and the hash elsewhere") {
  const SiteFixture site("nih");
  site.write_table("a.png,1,test\nb.png,2,\nc.png,1,test\n", "image,patient_id,split\n");
  PrepareConfig config = site.prepare_config();
  config.findings.clear();
  config.split.source = "provider";
  const Manifest manifest = read_manifest(config);
  REQUIRE(manifest.rows.size() == 3);
  CHECK(manifest.rows[0].record.split == "test");
  CHECK(manifest.rows[1].record.split == split_of("nih/2", config.split, 1));
  config.split.source = "hash";
  CHECK(read_manifest(config).rows[0].record.split == split_of("nih/1", config.split, 1));
}

TEST_CASE("a provider's split that tears patients apart is an error that names them") {
  const SiteFixture site("nih");
  site.write_table("a.png,1,test\nb.png,1,train\nc.png,2,train\nd.png,3,train\ne.png,3,validation\n", "image,patient_id,split\n");
  PrepareConfig config = site.prepare_config();
  config.findings.clear();
  config.split.source = "provider";
  CHECK_THROWS_AS(read_manifest(config), DataError);
  CHECK_THROWS_WITH(read_manifest(config),
                    Contains("2 patients are in two splits") && Contains("nih/1: nih/a.png is in test") && Contains("nih/3"));
}

TEST_CASE("sites that share a namespace share their patients, and no other site does") {
  const SiteFixture one("nih");
  const SiteFixture two("nih-64px");
  const SiteFixture three("other");
  for (const SiteFixture* site : {&one, &two, &three}) {
    site->add_rows(200);
  }
  PrepareConfig config = one.prepare_config();
  config.sites = {one.config(), two.config(), three.config()};
  config.sites[1].patient_namespace = "nih";
  const Manifest manifest = read_manifest(config);
  REQUIRE(manifest.rows.size() == 600);
  int moved = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    const SampleRecord& first = manifest.rows[i].record;
    const SampleRecord& second = manifest.rows[200 + i].record;
    CHECK(first.source != second.source);
    CHECK(first.patient == second.patient);
    CHECK(first.split == second.split);
    moved += first.split != manifest.rows[400 + i].record.split ? 1 : 0;
  }
  CHECK(moved > 20);
  config.sites = {config.sites[1], config.sites[2], config.sites[0]};
  CHECK(read_manifest(config).rows[0].record.split == manifest.rows[200].record.split);
}

TEST_CASE("a finding is unknown at a site whose table has no such column, and an error if no table has it") {
  const SiteFixture one("one");
  const SiteFixture two("two");
  one.add_rows(2);
  two.add_image("a.png");
  two.write_table("images/a.png,1\n", "image,patient_id\n");
  PrepareConfig config = one.prepare_config();
  config.sites = {one.config(), two.config()};
  CHECK(read_manifest(config).rows[2].record.findings == std::vector<std::int8_t>{-1, -1});
  config.findings = {"No_Finding", "Efusion"};
  CHECK_THROWS_AS(read_manifest(config), ConfigError);
  CHECK_THROWS_WITH(read_manifest(config), Contains("Efusion"));
}

TEST_CASE("a missing folder, a missing or broken table and a wrong prompt are errors that name it") {
  const SiteFixture site("nih");
  PrepareConfig config = site.prepare_config();
  CHECK_THROWS_WITH(read_manifest(config), Contains("metadata.csv"));
  site.write_table("images/a.png,1,F\n");
  CHECK_THROWS_AS(read_manifest(config), DataError);
  CHECK_THROWS_WITH(read_manifest(config), Contains("metadata.csv:2"));
  config.prompt = "{agee}";
  CHECK_THROWS_WITH(read_manifest(config), Contains("{agee}"));
  config.prompt = "{age}";
  config.sites[0].root = (site.root() / "none").string();
  CHECK_THROWS_AS(read_manifest(config), ConfigError);
  CHECK_THROWS_WITH(read_manifest(config), Contains("site nih: no folder"));
}
