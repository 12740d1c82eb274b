#include "radforge/metrics/roc_curve.hpp"

#include "golden_cases.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace radforge;

namespace {

double area_below(const std::vector<RocPoint>& curve) {
  double area = 0;
  for (std::size_t i = 1; i < curve.size(); ++i) {
    area +=
        (curve[i].false_positive_rate - curve[i - 1].false_positive_rate) * (curve[i].sensitivity + curve[i - 1].sensitivity) / 2;
  }
  return area;
}

} // namespace

TEST_CASE("the area below an ROC curve is scikit-learn's, and of a thinned one nearly") {
  int num_thinned = 0;
  for (const GoldenCase& one : golden_cases()) {
    const RankedScores scores(one.scores, one.positive);
    const std::vector<RocPoint> curve = roc_curve(scores, 1'000'000);
    const auto expected = one.expected.at("auroc");
    REQUIRE(curve.empty() == expected.is_null());
    if (curve.empty()) {
      continue;
    }
    CHECK(curve.size() == scores.groups().size() + 1);
    CHECK(area_below(curve) == Approx(expected.get<double>()).epsilon(1e-12));
    CHECK(std::isinf(curve.front().threshold));
    CHECK(curve.back().threshold == scores.groups().back().score);
    constexpr std::size_t most = 50;
    const std::vector<RocPoint> thin = roc_curve(scores, most);
    CHECK(thin.size() <= most);
    CHECK(thin.back().sensitivity == 1);
    CHECK(area_below(thin) == Approx(expected.get<double>()).margin(0.02));
    num_thinned += curve.size() > most ? 1 : 0;
  }
  CHECK(num_thinned > 0);
}
