#include "radforge/evaluate/scaling.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/philox.hpp"
#include "radforge/metrics/scaling_law.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

const ScalingLaw truth{.e = 0.2, .a = 40, .b = 15, .alpha = 0.5, .beta = 0.4};

/// Each of five N with each of five D, C = 300 N D, times 1 + noise * a standard normal.
ScalingMeasure example(double noise = 0, int num_models = 5, int num_data = 5) {
  ScalingMeasure measure{"loss", Trend::falling, {}};
  std::vector<float> normals(static_cast<std::size_t>(num_models * num_data));
  fill_normal({.seed = 5, .stream = Stream::noise}, normals);
  for (int i = 0; i < num_models; ++i) {
    for (int j = 0; j < num_data; ++j) {
      const double n = 1e4 * std::pow(3, i);
      const double d = 1e3 * std::pow(3, j);
      const double value = truth.loss(n, d) * (1 + noise * double{normals[measure.runs.size()]});
      measure.runs.push_back({"run-" + std::to_string(i) + "-" + std::to_string(j), n, d, 300 * n * d, value});
    }
  }
  return measure;
}

ScalingSettings settings() { return {.fit = {.num_draws = 200}, .held_out = 1, .budgets = {1e12}}; }

const ScalingFitRow& fit_of(const ScalingResult& result, const std::string& law, const std::string& parameter) {
  const auto found =
      std::ranges::find_if(result.fits, [&](const ScalingFitRow& row) { return row.law == law && row.parameter == parameter; });
  REQUIRE(found != result.fits.end());
  return *found;
}

const ScalingPredictionRow* prediction_of(const ScalingResult& result, const std::string& law) {
  const auto found = std::ranges::find(result.predictions, law, &ScalingPredictionRow::law);
  return found == result.predictions.end() ? nullptr : &*found;
}

} // namespace

TEST_CASE("trainings on a law give it back, and foretell the one that was held out") {
  const ScalingResult result = analyse_scaling(example(), settings());
  CHECK(fit_of(result, "joint", "num_points").value == 24);
  CHECK(fit_of(result, "joint", "E").value == Approx(truth.e).epsilon(1e-3));
  CHECK(fit_of(result, "joint", "A").value == Approx(truth.a).epsilon(1e-3));
  CHECK(fit_of(result, "joint", "alpha").value == Approx(truth.alpha).epsilon(1e-3));
  CHECK(fit_of(result, "joint", "B").value == Approx(truth.b).epsilon(1e-3));
  CHECK(fit_of(result, "joint", "beta").value == Approx(truth.beta).epsilon(1e-3));
  CHECK(fit_of(result, "joint", "E").note.empty());
  // At the largest N, its term is a part of the limit; at the largest D likewise.
  const double n = 81e4;
  const double d = 81e3;
  CHECK(fit_of(result, "data", "N").value == Approx(n));
  CHECK(fit_of(result, "data", "num_points").value == 4);
  CHECK(fit_of(result, "data", "E").value == Approx(truth.e + truth.a * std::pow(n, -truth.alpha)).epsilon(1e-3));
  CHECK(fit_of(result, "data", "alpha").value == Approx(truth.beta).epsilon(1e-3));
  CHECK(fit_of(result, "data", "A").value == Approx(truth.b).epsilon(1e-2));
  CHECK(fit_of(result, "model", "D").value == Approx(d));
  CHECK(fit_of(result, "model", "E").value == Approx(truth.e + truth.b * std::pow(d, -truth.beta)).epsilon(1e-3));
  CHECK(fit_of(result, "model", "alpha").value == Approx(truth.alpha).epsilon(1e-3));
  for (const char* law : {"joint", "data", "model"}) {
    const ScalingPredictionRow* row = prediction_of(result, law);
    REQUIRE(row != nullptr);
    CHECK(row->run.name == "run-4-4");
    CHECK(row->run.value == truth.loss(n, d));
    CHECK(row->predicted == Approx(row->run.value).epsilon(1e-4));
  }
  // The best of a budget: no other way to spend it has a lower loss.
  REQUIRE(result.optima.size() == 1);
  const ScalingOptimumRow& best = result.optima[0];
  CHECK(best.flop_per_parameter_and_sample == Approx(300));
  CHECK(best.model_size * best.data_size == Approx(1e12 / 300));
  for (const double factor : {0.8, 1.25}) {
    CHECK(truth.loss(best.model_size * factor, best.data_size / factor) > truth.loss(best.model_size, best.data_size));
  }
  CHECK(best.note.empty()); // within what was measured: 300 x 81e4 x 27e3 is more
}

TEST_CASE("with noise the interval of the joint law holds the run that was held out, in whatever order runs are given") {
  ScalingMeasure measure = example(0.01);
  const ScalingResult result = analyse_scaling(measure, settings());
  const ScalingPredictionRow* row = prediction_of(result, "joint");
  REQUIRE(row != nullptr);
  CHECK(row->inside == true);
  CHECK(row->low < row->run.value);
  CHECK(row->run.value < row->high);
  CHECK(row->high - row->low < 0.2 * row->run.value);
  const ScalingFitRow& beta = fit_of(result, "joint", "beta");
  CHECK(beta.low < truth.beta);
  CHECK(truth.beta < beta.high);
  std::ranges::reverse(measure.runs);
  const ScalingResult other = analyse_scaling(measure, settings());
  REQUIRE(other.fits.size() == result.fits.size());
  for (std::size_t i = 0; i < result.fits.size(); ++i) {
    CHECK(other.fits[i].parameter == result.fits[i].parameter);
    CHECK((other.fits[i].low == result.fits[i].low || std::isnan(result.fits[i].low)));
  }
  // A training that went wrong is outside.
  const auto largest = std::ranges::max_element(measure.runs, {}, &ScalingRun::flop);
  largest->value *= 1.5;
  CHECK(prediction_of(analyse_scaling(measure, settings()), "joint")->inside == false);
}

TEST_CASE("the frontier is of the runs that nothing as cheap beats, without those held out") {
  ScalingMeasure measure{"loss",
                         Trend::falling,
                         {{"a", 1e3, 1e3, 1e8, 1.0},
                          {"b", 2e3, 1e3, 2e8, 1.2}, // a is better and cheaper
                          {"c", 2e3, 2e3, 4e8, 0.8},
                          {"d", 4e3, 1e3, 4e8, 0.7},  // as cheap as c, and better
                          {"e", 4e3, 4e3, 16e8, 0.7}, // no better
                          {"f", 8e3, 8e3, 64e8, 0.9}}};
  const auto frontier = [](const ScalingResult& result) {
    std::string names;
    for (const ScalingPointRow& row : result.points) {
      names += row.on_frontier ? row.run.name : "";
    }
    return names;
  };
  const ScalingResult falling = analyse_scaling(measure, settings());
  CHECK(frontier(falling) == "ad");
  CHECK(std::ranges::count(falling.points, true, &ScalingPointRow::held_out) == 1);
  CHECK(falling.points.back().run.name == "f");
  measure.trend = Trend::rising;
  const ScalingResult rising = analyse_scaling(measure, settings());
  CHECK(frontier(rising) == "ab");
  CHECK(std::ranges::find(rising.fits, "joint", &ScalingFitRow::law) == rising.fits.end());
}

TEST_CASE("a place is held out with all its runs") {
  ScalingMeasure measure = example(0.01);
  for (const ScalingRun& run : example(0).runs) {
    measure.runs.push_back(run);
    measure.runs.back().name += "-again";
  }
  ScalingSettings two = settings();
  two.held_out = 2;
  const ScalingResult result = analyse_scaling(measure, two);
  std::vector<std::string> names;
  for (const ScalingPointRow& row : result.points) {
    if (row.held_out) {
      names.push_back(row.run.name);
    }
  }
  CHECK(names.size() == 4); // two places of the three that are next to the largest have the same arithmetic: by N then
  CHECK(std::ranges::count(names, "run-4-4") == 1);
  CHECK(std::ranges::count(names, "run-4-4-again") == 1);
  CHECK(fit_of(result, "joint", "num_points").value == 46);
}

TEST_CASE("nothing is predicted from fewer points than parameters, and the reason is told") {
  const ScalingResult few = analyse_scaling(example(0, 2, 2), settings());
  CHECK(std::isnan(fit_of(few, "joint", "E").value));
  CHECK_THAT(fit_of(few, "joint", "E").note, Contains("not fitted (3 points for 5 parameters)"));
  CHECK_THAT(fit_of(few, "data", "E").note, Contains("not fitted (1 point for 3 parameters)"));
  CHECK(prediction_of(few, "joint") == nullptr);
  CHECK(prediction_of(few, "data") == nullptr);
  CHECK_THAT(few.optima.at(0).note, Contains("not fitted"));
  CHECK(std::isnan(few.optima.at(0).model_size));

  ScalingSettings all_out = settings();
  all_out.held_out = 100;
  const ScalingResult none = analyse_scaling(example(), all_out);
  CHECK_THAT(fit_of(none, "compute", "E").note, Contains("not fitted (0 points"));
  CHECK(none.predictions.empty());

  // Three points determine three parameters, and no interval.
  const ScalingResult exact = analyse_scaling(example(0, 5, 4), settings());
  CHECK_THAT(fit_of(exact, "data", "E").note, Contains("not identifiable") && Contains("as many points as parameters"));
  const ScalingPredictionRow* row = prediction_of(exact, "data");
  REQUIRE(row != nullptr);
  CHECK_FALSE(row->inside);
  CHECK(std::isnan(row->low));
  CHECK_THAT(row->note, Contains("no interval"));
}

TEST_CASE("what the points leave open is told, and values that no law has are not fitted") {
  ScalingMeasure one_size = example(0.01);
  for (ScalingRun& run : one_size.runs) {
    run.model_size = 1e5;
  }
  CHECK_THAT(fit_of(analyse_scaling(one_size, settings()), "joint", "E").note, Contains("not identifiable") && Contains("alpha"));
  ScalingMeasure negative = example();
  negative.runs[3].value = -0.1;
  const ScalingResult result = analyse_scaling(negative, settings());
  CHECK_THAT(fit_of(result, "joint", "E").note, Contains("not fitted") && Contains("-0.1"));
  CHECK(prediction_of(result, "joint") == nullptr);
  negative.runs[3].value = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(analyse_scaling(negative, settings()), InternalError);
}
