#include "radforge/core/error.hpp"
#include "radforge/data/manifest.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace radforge;

TEST_CASE("a patient's split follows from namespace, number and seed alone") {
  const SplitConfig split;
  CHECK(split_of("nih/00000001", split, 1) == split_of("nih/00000001", split, 1));
  std::map<std::string, int> counts;
  int moved_by_seed = 0;
  int moved_by_namespace = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string name = split_of("nih/" + std::to_string(i), split, 1);
    ++counts[name];
    moved_by_seed += name != split_of("nih/" + std::to_string(i), split, 2) ? 1 : 0;
    moved_by_namespace += name != split_of("other/" + std::to_string(i), split, 1) ? 1 : 0;
  }
  CHECK(counts["train"] == Approx(8000).margin(200));
  CHECK(counts["validation"] == Approx(1000).margin(150));
  CHECK(counts["test"] == Approx(1000).margin(150));
  CHECK(counts.size() == 3);
  CHECK(moved_by_seed > 2000);
  CHECK(moved_by_namespace > 2000);
}

TEST_CASE("the split of known patients never changes") {
  // Second letters of train, validation, test, from an independent program: a change here would move evaluation patients into
  // training sets made before.
  const SplitConfig split;
  std::string text;
  for (int i = 0; i < 20; ++i) {
    text += split_of("nih/" + std::to_string(i), split, 1)[1];
  }
  CHECK(text == "arrrrrrrrrrrrrrrarrr");
}

TEST_CASE("shares of 0 and 1 are exact") {
  for (int i = 0; i < 1000; ++i) {
    const std::string patient = std::to_string(i);
    CHECK(split_of(patient, {.train = 1, .validation = 0}, 3) == "train");
    CHECK(split_of(patient, {.train = 0, .validation = 1}, 3) == "validation");
    CHECK(split_of(patient, {.train = 0, .validation = 0}, 3) == "test");
  }
}

TEST_CASE("a patient in two splits is found") {
  std::vector<ManifestRow> rows(3);
  for (ManifestRow& row : rows) {
    row.record.patient = "nih/1";
    row.record.split = "train";
    row.record.source = "nih/a.png";
  }
  rows[2].record.patient = "nih/2";
  rows[2].record.split = "test";
  CHECK_NOTHROW(require_disjoint_patients(rows));
  rows[2].record.patient = "nih/1";
  rows[2].record.source = "nih/b.png";
  CHECK_THROWS_AS(require_disjoint_patients(rows), DataError);
  CHECK_THROWS_WITH(require_disjoint_patients(rows),
                    Catch::Matchers::Contains("1 patients are in two splits (nih/1: nih/a.png is in train, nih/b.png in test)"));
}
