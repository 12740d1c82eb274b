#include "radforge/data/rejections.hpp"

#include "radforge/core/error.hpp"

#include "site_fixture.hpp"

#include <catch2/catch.hpp>

#include <fstream>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

std::vector<ImageFault> all_faults(const Manifest& manifest) {
  return find_image_faults(manifest, 0, manifest.rows.size(), [](std::size_t) {});
}

} // namespace

TEST_CASE("images that cannot be decoded are found") {
  const SiteFixture site("nih");
  site.add_rows(4);
  std::ofstream(site.root() / "images/0.png") << "no image";
  std::ofstream(site.root() / "images/1.png").flush();
  std::filesystem::resize_file(site.root() / "images/3.png", 60);
  const Manifest manifest = read_manifest(site.prepare_config());
  std::vector<std::size_t> visited;
  const auto faults = find_image_faults(manifest, 1, 4, [&](std::size_t row) { visited.push_back(row); });
  CHECK(visited == std::vector<std::size_t>{1, 2, 3});
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].row == 1);
  CHECK(faults[1].row == 3);
  CHECK_THAT(faults[1].reason, Contains("unusable image: ") && Contains("3.png"));
  CHECK(all_faults(manifest).size() == 3);
}

TEST_CASE("faults survive being sent as text") {
  const std::vector<ImageFault> faults{{3, "unusable image: a b, \"c\""}, {70000, "x: two\nlines"}};
  const std::vector<ImageFault> again = read_faults(write_faults(faults));
  REQUIRE(again.size() == 2);
  CHECK(again[0].row == 3);
  CHECK(again[0].reason == faults[0].reason);
  CHECK(again[1].row == 70000);
  CHECK(again[1].reason == "x: two lines");
  CHECK(read_faults("").empty());
}

TEST_CASE("faulty rows join the rejections in order, and ids have no holes") {
  const SiteFixture one("z");
  const SiteFixture two("a");
  one.add_rows(4);
  two.add_rows(3);
  std::filesystem::remove(one.root() / "images/2.png");
  PrepareConfig config = one.prepare_config();
  config.sites = {one.config(), two.config()};
  const Manifest manifest =
      without_faults(read_manifest(config), {{4, "unusable image: x"}, {0, "unusable image: y, z"}}, config);
  REQUIRE(manifest.rows.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(manifest.rows[i].record.id == static_cast<std::int64_t>(i));
  }
  CHECK(manifest.rows[0].record.source == "z/images/1.png");
  CHECK(manifest.rows[2].record.source == "a/images/0.png");
  CHECK(rejected_csv(manifest) == "site,line,image,reason\n"
                                  "z,2,images/0.png,\"unusable image: y, z\"\n"
                                  "z,4,images/2.png,missing image file\n"
                                  "a,3,images/1.png,unusable image: x\n");
}

TEST_CASE("too many rejections are an error that counts them by reason") {
  Manifest manifest;
  CHECK_THROWS_AS(require_few_rejections(manifest, 1), DataError);
  manifest.rows.resize(98);
  manifest.rejections = {{"nih", 2, "a.png", "bad age: \"x\""}, {"nih", 3, "b.png", "bad age: \"y\""}};
  CHECK_NOTHROW(require_few_rejections(manifest, 0.02));
  CHECK_THROWS_AS(require_few_rejections(manifest, 0.019), DataError);
  CHECK_THROWS_WITH(require_few_rejections(manifest, 0.019), Contains("2 of 100 rows are rejected (bad age: 2;"));
  manifest.rows.clear();
  CHECK_THROWS_AS(require_few_rejections(manifest, 1), DataError);
}
