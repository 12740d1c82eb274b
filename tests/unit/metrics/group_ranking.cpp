#include "radforge/metrics/group_ranking.hpp"
#include "radforge/metrics/gaps.hpp"

#include "radforge/core/error.hpp"
#include "radforge/metrics/ranked_scores.hpp"

#include "golden_cases.hpp"
#include "golden_tables.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace radforge;

namespace {

/// All, the values of `a`, and their crossings with `b`, as the golden tables have them.
struct Groups {
  explicit Groups(const GoldenTable& table) {
    names = {"all"};
    for (std::size_t i = 0; i < table.scores.size(); ++i) {
      const std::string a = "a=" + std::to_string(table.a[i]);
      std::vector<std::uint32_t> groups{0};
      for (const std::string& name : {a, a + " b=" + std::to_string(table.b[i])}) {
        const auto found = std::ranges::find(names, name);
        groups.push_back(static_cast<std::uint32_t>(found - names.begin()));
        if (found == names.end()) {
          names.push_back(name);
        }
      }
      const auto cell = std::ranges::find(grouping.groups_of_cell, groups);
      grouping.cells.push_back(static_cast<std::uint32_t>(cell - grouping.groups_of_cell.begin()));
      if (cell == grouping.groups_of_cell.end()) {
        grouping.groups_of_cell.push_back(groups);
      }
    }
    grouping.num_groups = names.size();
  }

  std::vector<std::string> names;
  Grouping grouping;
};

/// Every row is a unit of its own, drawn as often as its weight in lane `lane`, and otherwise once in all other lanes.
std::array<std::vector<GroupCounts>, GroupRanking::num_lanes> counted(const GoldenTable& table, const Groups& groups,
                                                                      std::size_t lane) {
  ScoredImages images{.scores = table.scores, .positive = table.positive, .units = {}, .cells = groups.grouping.cells};
  std::vector<GroupRanking::Lanes> weights(table.scores.size());
  for (std::size_t i = 0; i < table.scores.size(); ++i) {
    images.units.push_back(static_cast<std::uint32_t>(i));
    weights[i].fill(1);
    weights[i][lane] = table.weights[i];
  }
  return GroupRanking(images, groups.grouping, {.threshold = table.of["threshold"], .num_bins = 10}).count(weights);
}

bool is_near(double a, double b) { return (std::isnan(a) && std::isnan(b)) || std::abs(a - b) < 1e-12; }

} // namespace

TEST_CASE("metrics of weighted images in groups are scikit-learn's and fairlearn's") {
  std::size_t num_values = 0;
  REQUIRE(golden_groups()["tables"].size() == 200);
  for (const auto& entry : golden_groups()["tables"]) {
    const GoldenTable table(entry);
    if (table.scores.empty()) {
      continue;
    }
    const Groups groups(table);
    const std::size_t lane = num_values % GroupRanking::num_lanes;
    const auto counts = counted(table, groups, lane);
    for (std::size_t group = 0; group < groups.names.size(); ++group) {
      const auto& expected = entry["groups"][groups.names[group]];
      for (const Metric metric : all_metrics()) {
        INFO(groups.names[group] << " " << name_of(metric));
        const double value = value_of(metric, counts[lane][group]);
        CHECK(is_near(value, number_of(expected, name_of(metric))));
        CHECK(std::isnan(value) == !why_undefined(metric, counts[lane][group]).empty());
        ++num_values;
      }
    }
  }
  CHECK(num_values > 20000);
}

TEST_CASE("draws side by side do not see each other") {
  const GoldenTable table(golden_groups()["tables"][1]);
  const Groups groups(table);
  const auto one = counted(table, groups, 0);
  const auto other = counted(table, groups, 5);
  CHECK(one[0] == other[5]);
  CHECK(one[1] == other[0]);
  CHECK(one[7] == other[7]);
  CHECK_FALSE(one[0] == one[1]);
}

TEST_CASE("a pass over groups counts what the functions of one group do") {
  for (const GoldenCase& one : golden_cases()) {
    ScoredImages images{.scores = one.scores, .positive = one.positive, .units = {}, .cells = {}};
    images.units.assign(one.scores.size(), 0);
    images.cells.assign(one.scores.size(), 0);
    const RankedScores ranked(one.scores, one.positive);
    const GroupRanking ranking(images, {1, {{0}}, images.cells}, {.threshold = best_f1(ranked)->threshold});
    const GroupCounts counts = ranking.count()[0];
    CHECK(value_of(Metric::auroc, counts) == *auroc(ranked));
    CHECK(value_of(Metric::average_precision, counts) == Approx(*average_precision(ranked)).epsilon(1e-12));
    CHECK(value_of(Metric::f1, counts) == Approx(best_f1(ranked)->f1).epsilon(1e-12));
  }
}

TEST_CASE("a threshold above all scores calls nobody, one of a score those of it too") {
  const ScoredImages images{{0.2, 0.5, 0.5, 0.9}, {0, 1, 0, 1}, {0, 1, 2, 3}, {0, 0, 0, 0}};
  const Grouping all{1, {{0}}, images.cells};
  const auto called = [&](double threshold) {
    const GroupCounts counts = GroupRanking(images, all, {.threshold = threshold}).count()[0];
    return std::pair(counts.true_positives, counts.false_positives);
  };
  CHECK(called(std::numeric_limits<double>::infinity()) == std::pair(0.0, 0.0));
  CHECK(called(0.9) == std::pair(1.0, 0.0));
  CHECK(called(0.5) == std::pair(2.0, 1.0));
  CHECK(called(0.51) == std::pair(1.0, 0.0));
  CHECK(called(0) == std::pair(2.0, 2.0));
}

TEST_CASE("what is no probability is refused, and no image at all is counted") {
  const Grouping all{1, {{0}}, {0}};
  for (const double score : {std::numeric_limits<double>::quiet_NaN(), -0.1, 1.5}) {
    CHECK_THROWS_AS(GroupRanking({{score}, {1}, {0}, {0}}, all, {}), DataError);
  }
  const GroupCounts none = GroupRanking({}, all, {}).count()[0];
  CHECK(none == GroupCounts{});
  for (const Metric metric : all_metrics()) {
    CHECK(std::isnan(value_of(metric, none)));
    CHECK(why_undefined(metric, none) == "no image with a known label");
  }
}

TEST_CASE("gaps are fairlearn's where every group has both classes") {
  int num_tables = 0;
  for (const auto& entry : golden_groups()["tables"]) {
    if (entry["gaps"].is_null()) {
      continue;
    }
    const GoldenTable table(entry);
    const Groups groups(table);
    const std::vector<GroupCounts> counts = counted(table, groups, 0)[0];
    const auto rates = [&](Metric metric) {
      std::vector<double> values;
      for (std::size_t group = 1; group < groups.names.size(); ++group) {
        const bool is_of_a = groups.names[group].find(' ') == std::string::npos;
        if (is_of_a && counts[group].positives + counts[group].negatives > 0) {
          values.push_back(value_of(metric, counts[group]));
        }
      }
      return values;
    };
    const auto gap = [&](Metric metric) { return gaps_of(rates(metric), value_of(metric, counts[0]), Better::high); };
    const auto& expected = entry["gaps"];
    CHECK(gap(Metric::selection_rate).max_min == Approx(expected["selection_rate"].get<double>()).margin(1e-12));
    const double false_positives = gap(Metric::false_positive_rate).max_min;
    const Gaps sensitivity = gap(Metric::sensitivity);
    CHECK(std::max(false_positives, sensitivity.max_min) == Approx(expected["equalized_odds_worst"].get<double>()).margin(1e-12));
    CHECK((false_positives + sensitivity.max_min) / 2 == Approx(expected["equalized_odds_mean"].get<double>()).margin(1e-12));
    CHECK(gap(Metric::false_negative_rate).max_min == Approx(sensitivity.max_min).margin(1e-12));
    CHECK(sensitivity.max_min == Approx(expected["sensitivity"]["max_min"].get<double>()).margin(1e-12));
    CHECK(sensitivity.to_overall == Approx(expected["sensitivity"]["to_overall"].get<double>()).margin(1e-12));
    CHECK(sensitivity.to_best == Approx(expected["sensitivity"]["to_best"].get<double>()).margin(1e-12));
    CHECK(sensitivity.p90_p10 == Approx(expected["sensitivity"]["p90_p10"].get<double>()).margin(1e-12));
    ++num_tables;
  }
  CHECK(num_tables > 80);
}

TEST_CASE("a gap needs two groups, a disparity is to the other group or to the median") {
  const std::vector<double> one{0.3};
  CHECK(std::isnan(gaps_of(one, 0.3, Better::low).max_min));
  CHECK(std::isnan(gaps_of(std::vector{0.3, std::nan("")}, 0.3, Better::low).p90_p10));
  CHECK(gaps_of(std::vector{0.1, 0.3, 0.4}, 0.3, Better::low).to_best == Approx(0.5 / 3));
  CHECK(std::isnan(rate_disparity(one, 0)));
  const std::vector<double> two{0.5, 0.75};
  CHECK(rate_disparity(two, 0) == -0.25);
  CHECK(rate_disparity(two, 1) == 0.25);
  CHECK(rate_disparity(std::vector{0.5, 0.75, 1.0}, 2) == 0.25);
}
