#include "radforge/metrics/operating_threshold.hpp"

#include "golden_tables.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace radforge;

TEST_CASE("thresholds are those of scikit-learn's ROC curve") {
  int num_tables = 0;
  for (const auto& entry : golden_groups()["tables"]) {
    if (entry["thresholds"].is_null()) {
      continue;
    }
    const GoldenTable table(entry);
    const RankedScores scores(table.scores, table.positive);
    for (const auto& [name, rule] :
         std::map<std::string, ThresholdRule>{{"youden", ThresholdRule::youden},
                                              {"false_positive_rate", ThresholdRule::false_positive_rate},
                                              {"sensitivity", ThresholdRule::sensitivity}}) {
      INFO(name);
      const double threshold = *choose_threshold(scores, rule, 0.3);
      const double expected = number_of(entry["thresholds"], name);
      CHECK((std::isinf(threshold) ? std::isnan(expected) : threshold == expected));
    }
    CHECK(*choose_threshold(scores, ThresholdRule::max_f1, 0) == best_f1(scores)->threshold);
    ++num_tables;
  }
  CHECK(num_tables > 140);
}

TEST_CASE("one class has no threshold") {
  const std::vector<double> scores{0.1, 0.4};
  for (const ThresholdRule rule : {ThresholdRule::max_f1, ThresholdRule::youden, ThresholdRule::false_positive_rate}) {
    CHECK_FALSE(choose_threshold(RankedScores(scores, std::vector<std::uint8_t>{1, 1}), rule, 0.2).has_value());
    CHECK_FALSE(choose_threshold(RankedScores(scores, std::vector<std::uint8_t>{0, 0}), rule, 0.2).has_value());
  }
}
