#include "../../../src/generate/apportion.hpp"

#include <catch2/catch.hpp>

#include <numeric>

using namespace radforge;

TEST_CASE("largest remainders decide who gets what is left") {
  // Hamilton's method on the example of Balinski and Young, Fair Representation, chapter 5.
  CHECK(apportion(26, {9061, 7179, 5259, 3319, 1182}) == std::vector<std::int64_t>{9, 7, 5, 4, 1});
  CHECK(apportion(7, {1, 1, 1}) == std::vector<std::int64_t>{3, 2, 2});
  CHECK(apportion(2, {0, 1, 0.2}) == std::vector<std::int64_t>{0, 2, 0});
  CHECK(apportion(1, {1, 1}) == std::vector<std::int64_t>{1, 0});
}

TEST_CASE("every total is reached exactly") {
  const std::vector<double> weights{0.1, 1e-9, 3.3, 0, 7, 7, 1e6};
  for (const std::int64_t total : {0, 1, 5, 1000, 565'000}) {
    const auto counts = apportion(total, weights);
    CHECK(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}) == total);
    CHECK(counts[3] == 0);
  }
}

TEST_CASE("numbers are spread evenly over a row") {
  CHECK(interleave({2, 2, 2}) == std::vector<std::uint32_t>{0, 1, 2, 0, 1, 2});
  CHECK(interleave({1, 4, 0}) == std::vector<std::uint32_t>{1, 1, 0, 1, 1});
  const auto row = interleave({300, 100, 50});
  REQUIRE(row.size() == 450);
  for (std::size_t first = 0; first + 45 <= row.size(); first += 45) {
    std::vector<int> counts(3);
    for (std::size_t i = first; i < first + 45; ++i) {
      ++counts[row[i]];
    }
    CHECK(counts[0] == Approx(30).margin(1));
    CHECK(counts[1] == Approx(10).margin(1));
    CHECK(counts[2] == Approx(5).margin(1));
  }
}
