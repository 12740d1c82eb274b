#include "radforge/evaluate/classification.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

/// Two labels of images of one site, four a patient, half of them of each sex; scores in steps of 1/16.
EvaluatedModel model_of(const std::string& name, int num_images = 160) {
  EvaluatedModel model{name, {.labels = {"Edema", "Mass"}}};
  for (int i = 0; i < num_images; ++i) {
    SampleRecord sample;
    sample.source = "nih/" + std::to_string(1000 + i);
    sample.patient = "nih/" + std::to_string(i / 4);
    sample.sex = i % 2 == 0 ? "F" : "M";
    sample.age_group = i % 5 == 0 ? "" : i % 3 == 0 ? "18-39" : "80+";
    model.table.samples.push_back(sample);
    for (int label = 0; label < 2; ++label) {
      const bool positive = (i * 7 + label * 3) % 16 < 5;
      model.table.known.push_back(i % 11 == 0 ? -1 : positive ? 1 : 0);
      model.table.probabilities.push_back(((i * 5 + label) % 12 + (positive ? 4 : 0)) / 16.0);
    }
  }
  return model;
}

EvaluationConfig config_of(std::int64_t num_draws = 40) {
  EvaluationConfig config;
  config.subgroups = {"sex", "age_group", "sex + age_group"};
  config.bootstrap.num_draws = num_draws;
  config.eligibility = {.min_of_rate = 5, .min_of_auroc = 5};
  return config;
}

ClassificationResult evaluate(const EvaluationConfig& config, const std::vector<EvaluatedModel>& models, int num_threads = 1) {
  return evaluate_classification(config, models, *make_self_communicator(), {.num_threads = num_threads});
}

const EvaluationRow& row_of(const ClassificationResult& result, const std::string& label, const std::string& subgroup,
                            const std::string& metric, const std::string& measure = "value") {
  const auto found = std::ranges::find_if(result.rows, [&](const EvaluationRow& row) {
    return row.label == label && row.subgroup == subgroup && row.metric == metric && row.measure == measure;
  });
  REQUIRE(found != result.rows.end());
  return *found;
}

bool is_same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

} // namespace

TEST_CASE("an evaluation has the same bits on any number of threads, whatever the order of the rows") {
  EvaluatedModel turned = model_of("m");
  std::ranges::reverse(turned.table.samples);
  for (auto* column : {&turned.table.probabilities}) {
    std::ranges::reverse(*column);
  }
  std::ranges::reverse(turned.table.known);
  std::ranges::reverse(turned.table.labels); // a row's values were turned around as well
  EvaluationConfig config = config_of();
  config.labels = {"Edema", "Mass"};
  config.bootstrap.unit = GENERATE("patient", "image", "image_by_class");
  const ClassificationResult one = evaluate(config, {model_of("m")});
  for (const ClassificationResult& other : {evaluate(config, {model_of("m")}, 3), evaluate(config, {turned}, 2)}) {
    REQUIRE(one.rows.size() == other.rows.size());
    for (std::size_t i = 0; i < one.rows.size(); ++i) {
      CHECK(one.rows[i].note == other.rows[i].note);
      CHECK(is_same(one.rows[i].value, other.rows[i].value));
      CHECK(is_same(one.rows[i].low, other.rows[i].low));
      CHECK(is_same(one.rows[i].high, other.rows[i].high));
    }
  }
}

TEST_CASE("means over labels are of those that have a value") {
  EvaluatedModel model = model_of("m");
  EvaluationConfig config = config_of();
  config.averages = {{"edema", {"Edema"}}};
  const ClassificationResult result = evaluate(config, {model});
  const EvaluationRow& edema = row_of(result, "Edema", "all", "auroc");
  const EvaluationRow& mass = row_of(result, "Mass", "all", "auroc");
  CHECK(row_of(result, "macro", "all", "auroc").value == Approx((edema.value + mass.value) / 2));
  CHECK(
      row_of(result, "weighted", "all", "auroc").value ==
      Approx((edema.value * edema.num_positives + mass.value * mass.num_positives) / (edema.num_positives + mass.num_positives)));
  CHECK(row_of(result, "edema", "all", "auroc").value == edema.value);
  CHECK(row_of(result, "edema", "all", "auroc").low == edema.low);
  CHECK(row_of(result, "macro", "all", "auroc").note.empty());
  // Without a positive image of Mass its AUROC is unknown, and the mean is that of the other.
  for (std::size_t i = 1; i < model.table.known.size(); i += 2) {
    model.table.known[i] = std::min<std::int8_t>(model.table.known[i], 0);
  }
  const ClassificationResult other = evaluate(config_of(), {model});
  CHECK(row_of(other, "Mass", "all", "auroc").note == "no positive image");
  CHECK(std::isnan(row_of(other, "Mass", "all", "auroc").value));
  CHECK(row_of(other, "macro", "all", "auroc").value == edema.value);
  CHECK(row_of(other, "macro", "all", "auroc").note == "of 1 of 2 labels");
  CHECK_THAT(row_of(other, "Mass", "all", "accuracy").note, Contains("no threshold"));
}

TEST_CASE("a table of images and the same drawn by patients have wider intervals than by images") {
  EvaluatedModel model = model_of("m");
  for (std::size_t i = 0; i < model.table.samples.size(); ++i) { // the images of a patient are all alike
    for (std::size_t label = 0; label < 2; ++label) {
      model.table.probabilities[2 * i + label] = model.table.probabilities[2 * (i - i % 4) + label];
      model.table.known[2 * i + label] = model.table.known[2 * (i - i % 4) + label];
    }
  }
  EvaluationConfig config = config_of(1000);
  const auto width = [&](const std::string& unit) {
    config.bootstrap.unit = unit;
    const ClassificationResult result = evaluate(config, {model});
    const EvaluationRow& row = row_of(result, "Edema", "all", "auroc");
    CHECK(row.low < row.value);
    CHECK(row.high > row.value);
    return row.high - row.low;
  };
  CHECK(width("patient") / width("image") == Approx(2).margin(0.3)); // a quarter as many are independent
}

TEST_CASE("small groups are left out of gaps by name, unknown ones are in no group") {
  EvaluationConfig config = config_of();
  const ClassificationResult result = evaluate(config, {model_of("m")});
  CHECK_THAT(row_of(result, "Edema", "sex", "false_negative_rate", "gap_max_min").note, Contains("from sex="));
  CHECK_THAT(result.notes.at(0), Contains("'age_group' is unknown"));
  CHECK(row_of(result, "Edema", "age_group=80+", "auroc").num_images < row_of(result, "Edema", "all", "auroc").num_images);
  config.eligibility.min_of_rate = 60;
  const ClassificationResult strict = evaluate(config, {model_of("m")});
  const EvaluationRow& gap = row_of(strict, "Edema", "sex", "false_negative_rate", "gap_max_min");
  CHECK(std::isnan(gap.value));
  CHECK(gap.note == "0 of 2 groups are large enough; too small: sex=F, sex=M");
  CHECK(row_of(strict, "Edema", "sex=F", "sensitivity", "disparity").note == "too small");
  CHECK_FALSE(std::isnan(row_of(strict, "Edema", "sex=F", "sensitivity").value)); // of its own it is told
}

TEST_CASE("Jeffreys' prior draws rates in gaps to the middle") {
  EvaluationConfig config = config_of(0);
  const ClassificationResult plain = evaluate(config, {model_of("m")});
  config.smoothing = "jeffreys";
  const ClassificationResult smooth = evaluate(config, {model_of("m")});
  const auto smoothed = [&](const std::string& group, const std::string& metric, double trials) {
    const double rate = row_of(plain, "Edema", group, metric).value;
    return (rate * trials + 0.5) / (trials + 1);
  };
  const EvaluationRow& women = row_of(plain, "Edema", "sex=F", "auroc");
  const EvaluationRow& men = row_of(plain, "Edema", "sex=M", "auroc");
  CHECK(row_of(smooth, "Edema", "sex", "false_negative_rate", "gap_max_min").value ==
        Approx(std::abs(smoothed("sex=F", "false_negative_rate", women.num_positives) -
                        smoothed("sex=M", "false_negative_rate", men.num_positives))));
  CHECK(row_of(smooth, "Edema", "sex", "false_positive_rate", "gap_max_min").value ==
        Approx(std::abs(smoothed("sex=F", "false_positive_rate", women.num_images - women.num_positives) -
                        smoothed("sex=M", "false_positive_rate", men.num_images - men.num_positives))));
  CHECK(row_of(smooth, "Edema", "sex", "selection_rate", "gap_max_min").value ==
        Approx(std::abs(smoothed("sex=F", "selection_rate", women.num_images) -
                        smoothed("sex=M", "selection_rate", men.num_images))));
  CHECK(row_of(smooth, "Edema", "sex", "auroc", "gap_max_min").value ==
        row_of(plain, "Edema", "sex", "auroc", "gap_max_min").value);
  CHECK(std::isnan(row_of(plain, "Edema", "all", "auroc").low)); // no draws
}

TEST_CASE("a threshold is chosen on its split, and judged on the other") {
  EvaluatedModel model = model_of("m");
  for (std::size_t i = 0; i < model.table.samples.size(); ++i) {
    model.table.samples[i].split = i < 80 ? "validation" : "test";
  }
  EvaluationConfig config = config_of(0);
  const ClassificationResult result = evaluate(config, {model});
  CHECK(result.thresholds.at(0).chosen_on == "validation");
  CHECK(result.thresholds.at(0).num_images == 72);
  CHECK(row_of(result, "Edema", "all", "auroc").num_images == 73);
  config.threshold.rule = "sensitivity";
  config.threshold.level = 1;
  CHECK(evaluate(config, {model}).thresholds.at(0).threshold <= result.thresholds.at(0).threshold);
}

TEST_CASE("probabilities are calibrated on the threshold's split, which leaves their order and lowers their error") {
  EvaluatedModel model = model_of("m");
  for (double& probability : model.table.probabilities) { // too sure of itself
    probability = std::pow(probability, 4) / (std::pow(probability, 4) + std::pow(1 - probability, 4));
  }
  EvaluationConfig config = config_of(0);
  config.calibration = GENERATE("temperature", "platt");
  CHECK_THROWS_WITH(evaluate(config, {model}), Contains("no image is of the split 'validation'"));
  for (std::size_t i = 0; i < model.table.samples.size(); ++i) {
    model.table.samples[i].split = i < 80 ? "validation" : "test";
  }
  const ClassificationResult calibrated = evaluate(config, {model});
  config.calibration = "none";
  const ClassificationResult plain = evaluate(config, {model});
  CHECK(row_of(calibrated, "Edema", "all", "auroc").value == row_of(plain, "Edema", "all", "auroc").value);
  CHECK(row_of(calibrated, "Edema", "all", "f1").value == row_of(plain, "Edema", "all", "f1").value);
  CHECK(row_of(calibrated, "Edema", "all", "brier").value < row_of(plain, "Edema", "all", "brier").value);
  CHECK(calibrated.thresholds.at(0).slope != 1);
  CHECK(plain.thresholds.at(0).slope == 1);
}

TEST_CASE("models are compared on the same draws, and not on other images") {
  EvaluatedModel better = model_of("better");
  for (std::size_t i = 0; i < better.table.probabilities.size(); ++i) {
    better.table.probabilities[i] = 0.5 * better.table.probabilities[i] + (better.table.known[i] == 1 ? 0.5 : 0);
  }
  const ClassificationResult result = evaluate(config_of(), {model_of("base"), better});
  const auto& edema = result.comparisons.at(0);
  CHECK(edema.model == "better");
  CHECK(edema.baseline == "base");
  CHECK(edema.metric == "auroc");
  CHECK(edema.difference == Approx(1 - row_of(result, "Edema", "all", "auroc").value));
  CHECK(edema.low > 0);
  CHECK(edema.relative == Approx(edema.difference / row_of(result, "Edema", "all", "auroc").value));
  CHECK(edema.p_delong < 0.01);
  const ClassificationResult other = evaluate(config_of(), {model_of("base"), model_of("fewer", 150)});
  CHECK(other.comparisons.empty());
  CHECK(std::ranges::any_of(other.notes,
                            [](const std::string& note) { return note.find("not compared on nih") != std::string::npos; }));
}

TEST_CASE("means over other labels, or over labels of other images, are not compared") {
  const auto has_macro = [](const ClassificationResult& result) {
    return std::ranges::any_of(result.comparisons, [](const ComparisonRow& row) { return row.label == "macro"; });
  };
  CHECK(has_macro(evaluate(config_of(0), {model_of("a"), model_of("b")})));
  EvaluatedModel without_mass = model_of("b");
  EvaluatedModel fewer_of_mass = model_of("b");
  for (std::size_t i = 1; i < without_mass.table.probabilities.size(); i += 2) {
    without_mass.table.probabilities[i] = std::nan("");
    fewer_of_mass.table.probabilities[i] = i < 100 ? std::nan("") : fewer_of_mass.table.probabilities[i];
  }
  CHECK_FALSE(has_macro(evaluate(config_of(0), {model_of("a"), without_mass})));
  CHECK_FALSE(has_macro(evaluate(config_of(0), {model_of("a"), fewer_of_mass})));
}

TEST_CASE("what cannot be judged is refused") {
  EvaluationConfig config = config_of();
  config.sites = {"east"};
  CHECK_THROWS_WITH(evaluate(config, {model_of("m")}), Contains("'east'") && Contains("nih"));
  config = config_of();
  config.averages = {{"x", {"Hernia"}}};
  CHECK_THROWS_WITH(evaluate(config, {model_of("m")}), Contains("'Hernia'") && Contains("Edema, Mass"));
  EvaluatedModel nameless = model_of("m");
  nameless.table.samples[3].patient.clear();
  CHECK_THROWS_AS(evaluate(config_of(), {nameless}), DataError);
  CHECK_NOTHROW(evaluate(config_of(0), {nameless}));
}
