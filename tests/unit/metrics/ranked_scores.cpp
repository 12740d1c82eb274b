#include "radforge/metrics/ranked_scores.hpp"

#include "radforge/core/error.hpp"

#include "golden_cases.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace radforge;

namespace {

/// By its definition, over all pairs.
double auroc_of_pairs(const GoldenCase& of) {
  double wins = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < of.scores.size(); ++i) {
    for (std::size_t j = 0; j < of.scores.size(); ++j) {
      if (of.positive[i] != 0 && of.positive[j] == 0) {
        ++pairs;
        wins += of.scores[i] > of.scores[j] ? 1 : of.scores[i] == of.scores[j] ? 0.5 : 0;
      }
    }
  }
  return wins / pairs;
}

} // namespace

TEST_CASE("ranking metrics are scikit-learn's") {
  const std::vector<GoldenCase> cases = golden_cases();
  REQUIRE(cases.size() == 78);
  for (const GoldenCase& one : cases) {
    const RankedScores ranked(one.scores, one.positive);
    CHECK(*auroc(ranked) == auroc_of_pairs(one));
    CHECK(*auroc(ranked) == Approx(one.expected.at("auroc").get<double>()).epsilon(1e-12));
    CHECK(*average_precision(ranked) == Approx(one.expected.at("average_precision").get<double>()).epsilon(1e-12));
    const OperatingPoint point = *best_f1(ranked);
    CHECK(point.f1 == Approx(one.expected.at("f1").get<double>()).epsilon(1e-12));
    CHECK(point.threshold == one.expected.at("threshold").get<double>());
  }
}

TEST_CASE("the order of the items and any growing map of the scores are of no weight to the rank metrics") {
  for (const GoldenCase& one : golden_cases()) {
    const RankedScores ranked(one.scores, one.positive);
    GoldenCase turned = one;
    std::ranges::reverse(turned.scores);
    std::ranges::reverse(turned.positive);
    for (double& score : turned.scores) {
      score = 8 * score - 3; // exact for neighbours too: a power of two
    }
    const RankedScores other(turned.scores, turned.positive);
    if (other.groups().size() == ranked.groups().size()) { // the shift may join scores that differ in their last bit
      CHECK(*auroc(other) == *auroc(ranked));
      CHECK(*average_precision(other) == *average_precision(ranked));
      CHECK(best_f1(other)->f1 == best_f1(ranked)->f1);
    }
  }
}

TEST_CASE("what one class alone cannot say is nothing, and a score that is no number is an error") {
  const std::vector<double> scores{0.1, 0.2};
  CHECK_FALSE(auroc(RankedScores(scores, std::vector<std::uint8_t>{1, 1})));
  CHECK_FALSE(auroc(RankedScores(scores, std::vector<std::uint8_t>{0, 0})));
  CHECK_FALSE(average_precision(RankedScores(scores, std::vector<std::uint8_t>{0, 0})));
  CHECK_FALSE(best_f1(RankedScores(scores, std::vector<std::uint8_t>{0, 0})));
  CHECK(*average_precision(RankedScores(scores, std::vector<std::uint8_t>{1, 1})) == 1);
  CHECK_FALSE(auroc(RankedScores({}, {})));
  CHECK_THROWS_AS(RankedScores(std::vector<double>{0.1, std::nan("")}, std::vector<std::uint8_t>{0, 1}), DataError);
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(*auroc(RankedScores(std::vector<double>{-infinity, infinity}, std::vector<std::uint8_t>{0, 1})) == 1);
}
