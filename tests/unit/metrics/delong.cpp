#include "radforge/metrics/delong.hpp"

#include "golden_tables.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("variances of AUROC and its differences are those of all pairs") {
  int num_tables = 0;
  for (const auto& entry : golden_groups()["tables"]) {
    const GoldenTable table(entry);
    const auto found = delong_difference(table.scores, table.second, table.positive);
    CHECK(found.has_value() == !entry["delong"].is_null());
    if (!found) {
      continue;
    }
    const auto& expected = entry["delong"];
    CHECK(found->first.auroc == Approx(expected["auroc"][0].get<double>()).margin(1e-12));
    CHECK(found->second.auroc == Approx(expected["auroc"][1].get<double>()).margin(1e-12));
    CHECK(found->first.variance == Approx(expected["variance"][0].get<double>()).margin(1e-14));
    CHECK(found->second.variance == Approx(expected["variance"][1].get<double>()).margin(1e-14));
    CHECK(found->covariance == Approx(expected["covariance"].get<double>()).margin(1e-14));
    if (expected["p_value"].is_number()) {
      CHECK(found->p_value == Approx(expected["p_value"].get<double>()).epsilon(1e-9));
    }
    CHECK(delong_variance(table.scores, table.positive)->variance == found->first.variance);
    ++num_tables;
  }
  CHECK(num_tables > 140);
}

TEST_CASE("equal models do not differ, and one image of a class has no variance") {
  const std::vector<double> scores{0.1, 0.4, 0.35, 0.8, 0.6};
  const std::vector<std::uint8_t> positive{0, 0, 1, 1, 0};
  CHECK(delong_difference(scores, scores, positive)->p_value == 1);
  CHECK_FALSE(delong_variance(scores, std::vector<std::uint8_t>{0, 0, 1, 0, 0}).has_value());
  CHECK_FALSE(delong_variance({}, {}).has_value());
}
