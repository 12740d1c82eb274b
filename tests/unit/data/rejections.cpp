#include "radforge/data/rejections.hpp"

#include "radforge/core/error.hpp"

#include "site_fixture.hpp"

#include <catch2/catch.hpp>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

using Kind = Rejection::Kind;

} // namespace

TEST_CASE("faults survive being sent as text") {
  const std::vector<ImageFault> faults{{3, "unusable image: a b, \"c\""}, {70000, "x: two\nlines"}};
  CHECK(read_faults(write_faults(faults)) == std::vector<ImageFault>{faults[0], {70000, "x: two lines"}});
  CHECK(read_faults("").empty());
}

TEST_CASE("faulty rows join the rejections in the order of sites and lines") {
  const SiteFixture one("z");
  const SiteFixture two("a");
  one.add_rows(4);
  two.add_rows(3);
  PrepareConfig config = one.prepare_config();
  config.sites = {one.config(), two.config()};
  Manifest manifest = read_manifest(config);
  manifest.rejections = {{"z", 3, "images/9.png", "view not wanted: LL", Kind::choice}};
  const std::vector<Rejection> all = all_rejections(config, manifest, {{0, "unusable image: y, z"}, {4, "missing image file"}});
  CHECK(rejected_csv(all) == "site,line,image,kind,reason\n"
                             "z,2,images/0.png,fault,\"unusable image: y, z\"\n"
                             "z,3,images/9.png,choice,view not wanted: LL\n"
                             "a,2,images/0.png,fault,missing image file\n");
  CHECK(count_by_reason(all, Kind::fault) ==
        std::map<std::string, std::size_t>{{"missing image file", 1}, {"unusable image", 1}});
  CHECK(count_by_reason(all, Kind::choice) == std::map<std::string, std::size_t>{{"view not wanted", 1}});
}

TEST_CASE("an image that another rank missed and this one sees is an error that names it") {
  const SiteFixture site("nih");
  site.add_rows(3);
  const PrepareConfig config = site.prepare_config();
  const Manifest manifest = read_manifest(config);
  std::filesystem::remove(site.root() / "images/1.png");
  CHECK_NOTHROW(require_missing_here_too(config, manifest, {{1, "missing image file"}, {2, "unusable image: x"}}));
  CHECK_THROWS_AS(require_missing_here_too(config, manifest, {{2, "missing image file"}}), IoError);
  CHECK_THROWS_WITH(require_missing_here_too(config, manifest, {{2, "missing image file"}}), Contains("images/2.png"));
}

TEST_CASE("too many faults are an error that counts them by reason; choices do not count") {
  const std::vector<Rejection> rejections{{"nih", 2, "a.png", "bad age: \"x\""},
                                          {"nih", 3, "b.png", "bad age: \"y\""},
                                          {"nih", 4, "c.png", "view not wanted: LL", Kind::choice}};
  CHECK_NOTHROW(require_few_faults(rejections, 100, 0.02));
  CHECK_THROWS_AS(require_few_faults(rejections, 100, 0.019), DataError);
  CHECK_THROWS_WITH(require_few_faults(rejections, 100, 0.019), Contains("2 of 100 rows are rejected (bad age: 2;"));
  CHECK_THROWS_AS(require_few_faults(rejections, 3, 1), DataError);
  CHECK_THROWS_AS(require_few_faults({}, 0, 1), DataError);
}
