#include "../src/data/subset.hpp"

#include "dataset_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

using namespace radforge;

namespace {

using Ids = std::vector<std::int64_t>;

struct Fixture {
  Fixture() : fixture(200), dataset(fixture.path()), all(dataset.select({}, "train")) {}

  Ids subset(const DataSourceConfig& config) const { return keyed_subset(dataset, all, config); }
  /// Patients with fewer images in `part` than in `of`.
  int num_cut(const Ids& part, const Ids& of) const {
    std::map<std::string, int> images;
    for (const std::int64_t id : of) {
      ++images[dataset.record(id).patient];
    }
    std::map<std::string, int> taken;
    for (const std::int64_t id : part) {
      ++taken[dataset.record(id).patient];
    }
    return static_cast<int>(std::ranges::count_if(taken, [&](const auto& entry) { return entry.second < images[entry.first]; }));
  }

  DatasetFixture fixture;
  Dataset dataset;
  Ids all;
};

} // namespace

TEST_CASE_METHOD(Fixture, "a part of a data set has its size, lies in every larger part and keeps patients whole") {
  REQUIRE(all.size() > 100);
  CHECK(subset({}) == all);
  Ids larger = all;
  for (const double fraction : {0.9, 0.5, 0.2, 0.1, 0.01}) {
    const Ids part = subset({.fraction = fraction});
    CHECK(part.size() == static_cast<std::size_t>(std::lround(fraction * static_cast<double>(all.size()))));
    CHECK(std::ranges::is_sorted(part));
    CHECK(std::ranges::includes(larger, part));
    CHECK(num_cut(part, all) <= 1);
    larger = part;
  }
  CHECK(subset({.max_images = 20}).size() == 20);
  CHECK(std::ranges::includes(subset({.fraction = 0.5}), subset({.fraction = 0.9, .max_images = 20})));
  CHECK(subset({.fraction = 1e-9}).size() == 1);
}

TEST_CASE_METHOD(Fixture, "folds have no patient in common, and are all images together") {
  for (const std::int64_t folds : {2, 3, 5}) {
    Ids together;
    for (std::int64_t fold = 1; fold <= folds; ++fold) {
      const Ids part = subset({.folds = folds, .fold = fold});
      CHECK(part.size() > all.size() / static_cast<std::size_t>(2 * folds));
      CHECK(num_cut(part, all) == 0);
      CHECK(std::ranges::includes(part, subset({.fraction = 0.4, .folds = folds, .fold = fold})));
      together.insert(together.end(), part.begin(), part.end());
    }
    std::ranges::sort(together);
    CHECK(together == all);
  }
  CHECK(subset({.subset = 1, .folds = 2}) != subset({.folds = 2}));
}

TEST_CASE_METHOD(Fixture, "another key draws another part, and the same one the same") {
  CHECK(subset({.fraction = 0.2}) == subset({.fraction = 0.2}));
  CHECK(subset({.fraction = 0.2}) != subset({.fraction = 0.2, .subset = 1}));
}

TEST_CASE_METHOD(Fixture, "the order of patients does not depend on what else passes") {
  Ids even;
  std::ranges::copy_if(all, std::back_inserter(even), [](std::int64_t id) { return id % 4 < 2; });
  const Ids of_even = keyed_subset(dataset, even, {.fraction = 0.2});
  const Ids part = subset({.fraction = 0.5});
  CHECK(std::ranges::includes(part, of_even));
}
