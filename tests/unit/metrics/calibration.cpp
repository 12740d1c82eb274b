#include "radforge/metrics/calibration.hpp"

#include "radforge/core/error.hpp"

#include "golden_cases.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace radforge;

TEST_CASE("calibration metrics are those of scikit-learn and NumPy") {
  for (const GoldenCase& one : golden_cases()) {
    CHECK(*brier_score(one.scores, one.positive) == Approx(one.expected.at("brier").get<double>()).epsilon(1e-12));
    for (const int bins : {10, 15}) {
      const double expected = one.expected.at("calibration_error").at(std::to_string(bins)).get<double>();
      CHECK(*calibration_error(one.scores, one.positive, bins) == Approx(expected).epsilon(1e-12).margin(1e-15));
    }
  }
}

TEST_CASE("calibration of nothing is nothing, and a logit is no probability") {
  CHECK_FALSE(brier_score({}, {}));
  CHECK_FALSE(calibration_error({}, {}));
  const std::vector<std::uint8_t> positive{1};
  for (const double wrong : {-0.1, 1.1, std::nan("")}) {
    CHECK_THROWS_AS(brier_score(std::vector<double>{wrong}, positive), DataError);
    CHECK_THROWS_AS(calibration_error(std::vector<double>{wrong}, positive), DataError);
  }
  CHECK(*calibration_error(std::vector<double>{1.0}, positive) == 0);
}
