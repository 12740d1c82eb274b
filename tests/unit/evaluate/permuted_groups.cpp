#include "radforge/evaluate/classification.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <bit>
#include <cmath>

using namespace radforge;

namespace {

EvaluationConfig by_sex() {
  EvaluationConfig config;
  config.subgroups = {"sex"};
  config.bootstrap = {.num_draws = 0, .num_permutations = 20000};
  config.eligibility = {.min_of_rate = 5, .min_of_auroc = 1};
  return config;
}

EvaluationRow gap_of(const std::string& metric, const EvaluationConfig& config, const EvaluatedModel& model) {
  const ClassificationResult result = evaluate_classification(config, {model}, *make_self_communicator(), {});
  const auto found = std::ranges::find_if(result.rows, [&](const EvaluationRow& row) {
    return row.label == "Edema" && row.subgroup == "sex" && row.metric == metric && row.measure == "gap_max_min";
  });
  REQUIRE(found != result.rows.end());
  return *found;
}

/// Ten negative images, five of either sex; as many positive ones, which say nothing of the false positive rate. Patients have
/// one image each, or two of different sexes.
EvaluatedModel ten_negatives(int images_of_patient) {
  EvaluatedModel model{"m", {.labels = {"Edema"}, .samples = {}, .probabilities = {}, .known = {}}};
  for (int i = 0; i < 20; ++i) {
    SampleRecord sample;
    sample.source = "nih/" + std::to_string(100 + i);
    sample.patient = "nih/" + std::to_string(i / images_of_patient);
    sample.sex = i % 2 == 0 ? "F" : "M";
    model.table.samples.push_back(sample);
    model.table.known.push_back(i < 10 ? 0 : 1);
    const bool is_called = i >= 10 || i == 0 || i == 2 || i == 4 || i == 1; // of the negative ones three women and a man
    model.table.probabilities.push_back(is_called ? 0.9 : 0.1);
  }
  return model;
}

} // namespace

TEST_CASE("the p-value of a gap is the share of all ways to deal the groups out whose gap is as large") {
  const int images_of_patient = GENERATE(1, 2);
  EvaluationConfig config = by_sex();
  const EvaluatedModel model = ten_negatives(images_of_patient);
  const EvaluationRow row = gap_of("false_positive_rate", config, model);
  CHECK(row.value == Approx(0.4));
  // Whole images are dealt out, positive ones too: the number of negative ones in a group is itself hypergeometric.
  double num_ways = 0;
  double num_as_large = 0;
  const auto choose = [](int n, int k) {
    double ways = k < 0 || k > n ? 0 : 1;
    for (int i = 0; i < k && ways > 0; ++i) {
      ways = ways * (n - i) / (i + 1);
    }
    return ways;
  };
  for (int called = 0; called <= 4; ++called) { // of the women's negative images
    for (int other = 0; other <= 6; ++other) {
      const double ways = choose(4, called) * choose(6, other) * choose(10, 10 - called - other);
      const int negatives = called + other;
      num_ways += ways;
      const bool has_both = negatives > 0 && negatives < 10;
      const double gap = has_both ? std::abs(called / double(negatives) - (4 - called) / double(10 - negatives)) : 1;
      num_as_large += gap >= 0.4 - 1e-12 ? ways : 0;
    }
  }
  const double expected = num_as_large / num_ways;
  CHECK(row.p_value == Approx(expected).margin(5 * std::sqrt(expected * (1 - expected) / 20000)));
  // Here positive images tie with the called ones and are above the others: the gap of AUROC is half of that of the rate.
  CHECK(gap_of("auroc", config, model).p_value == row.p_value);
  config.bootstrap.num_permutations = 0;
  CHECK(std::isnan(gap_of("false_positive_rate", config, model).p_value));
}

TEST_CASE("the p-value of a gap in AUROC is that of all ways to deal the groups out") {
  const std::vector<double> scores{0.9, 0.8, 0.8, 0.7, 0.5, 0.5, 0.5, 0.4, 0.3, 0.1};
  const std::vector<std::int8_t> known{1, 0, 1, 1, 1, 0, 0, 1, 0, 0};
  EvaluatedModel model{"m", {.labels = {"Edema"}, .samples = {}, .probabilities = scores, .known = known}, ""};
  const std::uint32_t women = 0b0101110010;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    SampleRecord sample;
    sample.source = sample.patient = "nih/" + std::to_string(i);
    sample.sex = (women >> i & 1) != 0 ? "F" : "M";
    model.table.samples.push_back(sample);
  }
  const auto area_of = [&](std::uint32_t group) {
    double ordered = 0;
    double pairs = 0;
    for (std::size_t a = 0; a < scores.size(); ++a) {
      for (std::size_t b = 0; b < scores.size(); ++b) {
        if ((group >> a & 1) != 0 && (group >> b & 1) != 0 && known[a] == 1 && known[b] == 0) {
          ordered += scores[a] > scores[b] ? 1 : scores[a] == scores[b] ? 0.5 : 0;
          ++pairs;
        }
      }
    }
    return ordered / pairs;
  };
  const auto gap_in = [&](std::uint32_t group) { return std::abs(area_of(group) - area_of(~group & 0x3ff)); };
  double num_ways = 0;
  double num_as_large = 0;
  for (std::uint32_t group = 0; group < 1U << scores.size(); ++group) {
    if (std::popcount(group) == std::popcount(women)) {
      const double gap = gap_in(group);
      ++num_ways;
      num_as_large += std::isnan(gap) || gap >= gap_in(women) - 1e-12 ? 1 : 0;
    }
  }
  const EvaluationRow row = gap_of("auroc", by_sex(), model);
  CHECK(row.value == Approx(gap_in(women)));
  const double expected = num_as_large / num_ways;
  CHECK(expected > 0.05);
  CHECK(expected < 0.95);
  CHECK(row.p_value == Approx(expected).margin(5 * std::sqrt(expected * (1 - expected) / 20000)));
}
