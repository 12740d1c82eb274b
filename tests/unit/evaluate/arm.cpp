#include "radforge/evaluate/classification.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

using namespace radforge;

namespace {

/// Forty images, the scores of all positive ones above those of the negative ones but for `num_wrong`, which are the lowest.
EvaluatedModel model_of(const std::string& name, const std::string& arm, int num_wrong, bool is_of_one_patient) {
  EvaluatedModel model{name, {.labels = {"Edema"}}, arm};
  for (int i = 0; i < 40; ++i) {
    SampleRecord sample;
    sample.source = "nih/" + std::to_string(100 + i);
    sample.patient = is_of_one_patient ? "nih/1" : sample.source;
    sample.sex = i % 4 < 2 ? "F" : "M";
    model.table.samples.push_back(sample);
    const bool is_positive = i % 2 == 0;
    model.table.known.push_back(is_positive ? 1 : 0);
    model.table.probabilities.push_back(is_positive && i / 2 < num_wrong ? 0.0 : (is_positive ? 0.9 : 0.1) + i / 1000.0);
  }
  return model;
}

EvaluationConfig config_of() {
  EvaluationConfig config;
  config.subgroups = {"sex"};
  config.bootstrap = {.num_draws = 400, .num_permutations = 20};
  config.eligibility = {.min_of_rate = 5, .min_of_auroc = 5};
  config.training_sites = {"elsewhere"};
  return config;
}

ClassificationResult evaluate(const std::vector<EvaluatedModel>& models) {
  return evaluate_classification(config_of(), models, *make_self_communicator(), {});
}

const EvaluationRow& area_of(const ClassificationResult& result, const std::string& model) {
  const auto found = std::ranges::find_if(result.rows, [&](const EvaluationRow& row) {
    return row.model == model && row.subgroup == "all" && row.metric == "auroc" && row.measure == "value";
  });
  REQUIRE(found != result.rows.end());
  return *found;
}

} // namespace

TEST_CASE("an arm is the mean of its seeds, and its interval that of seeds where patients do not vary") {
  const ClassificationResult result = evaluate({model_of("a-1", "a", 2, true), model_of("a-2", "a", 6, true)});
  const double first = area_of(result, "a-1").value;
  const double second = area_of(result, "a-2").value;
  CHECK(first == Approx(0.9));
  CHECK(second == Approx(0.7));
  const EvaluationRow& arm = area_of(result, "a");
  CHECK(arm.value == Approx(0.8));
  CHECK(arm.num_seeds == 2);
  CHECK(arm.seed_deviation == Approx(0.2 / std::sqrt(2)));
  // A quarter of the draws takes either seed twice, sqrt(2) as far from the mean as it is.
  CHECK(arm.low == Approx(0.8 - 0.1 * std::sqrt(2)));
  CHECK(arm.high == Approx(0.8 + 0.1 * std::sqrt(2)));
  CHECK(area_of(result, "a-1").num_seeds == 1);
  CHECK(std::isnan(area_of(result, "a-1").seed_deviation));
  CHECK(area_of(result, "a-1").low == Approx(first));
}

TEST_CASE("seeds that say the same have the interval of one of them") {
  const ClassificationResult result = evaluate({model_of("a-1", "a", 3, false), model_of("a-2", "a", 3, false)});
  CHECK(area_of(result, "a").low == Approx(area_of(result, "a-1").low));
  CHECK(area_of(result, "a").high == Approx(area_of(result, "a-1").high));
  CHECK(area_of(result, "a").low < area_of(result, "a").high);
  CHECK(area_of(result, "a").seed_deviation == Approx(0).margin(1e-12));
}

TEST_CASE("draws of an arm stay where its metric can be") {
  const ClassificationResult result = evaluate({model_of("a-1", "a", 0, true), model_of("a-2", "a", 1, true)});
  CHECK(area_of(result, "a").high == 1);
}

TEST_CASE("arms are compared and their models are not, and the table has the gains over the first") {
  const ClassificationResult result =
      evaluate({model_of("a-1", "a", 4, false), model_of("a-2", "a", 6, false), model_of("b-1", "b", 1, false),
                model_of("b-2", "b", 1, false), model_of("alone", "", 8, false)});
  for (const ComparisonRow& row : result.comparisons) {
    CHECK((row.baseline == "a" || (row.baseline == "b" && row.model == "alone")));
  }
  std::vector<std::string> names;
  for (const ArmRow& row : result.arms) {
    if (row.of.metric == "auroc" && row.of.measure == "value") {
      names.push_back(row.of.model);
      CHECK(row.domain == "external");
      CHECK(row.of.value == Approx(row.of.model == "a" ? 0.75 : row.of.model == "b" ? 0.95 : 0.6));
      CHECK((row.of.model == "a" ? std::isnan(row.gain.difference) : row.gain.difference == Approx(row.of.value - 0.75)));
      CHECK((row.of.model == "a" || row.gain.relative == Approx(row.of.value / 0.75 - 1)));
      CHECK((row.of.model != "b" || row.gain.low > 0));
    }
  }
  CHECK(names == std::vector<std::string>{"a", "b", "alone"});
}

TEST_CASE("an arm whose seeds were shown other images has no mean, and that is said") {
  EvaluatedModel fewer = model_of("a-2", "a", 3, false);
  fewer.table.samples.pop_back();
  fewer.table.known.pop_back();
  fewer.table.probabilities.pop_back();
  const ClassificationResult result = evaluate({model_of("a-1", "a", 3, false), fewer});
  CHECK(std::ranges::none_of(result.rows, [](const EvaluationRow& row) { return row.model == "a"; }));
  const std::vector<std::string> wanted{"no image of the training site 'elsewhere' is judged",
                                        "a has no mean over seeds on nih, Edema: its models were shown other images"};
  CHECK(result.notes == wanted);
}
