#include "radforge/metrics/power_law.hpp"

#include "radforge/core/error.hpp"

#include "scaling_cases.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cmath>

using namespace radforge;

namespace {

/// `count` sizes from 100 on, ten times as large every three; noise is added.
PowerLawProblem problem_of(const PowerLaw& law, int count, double noise = 0, std::uint64_t id = 0) {
  std::vector<float> normals(static_cast<std::size_t>(count));
  fill_normal({.seed = 97, .stream = Stream::noise, .id = id}, normals);
  PowerLawProblem problem{.points = {}, .trend = law.trend, .held_out = {}};
  for (const double size : log_space(100, 100 * std::pow(10, (count - 1) / 3.0), count)) {
    problem.points.push_back({size, law.value(size) + noise * double{normals[problem.points.size()]}});
  }
  return problem;
}

} // namespace

TEST_CASE("values on a power law give its parameters back, falling and rising") {
  const std::vector<PowerLaw> laws{{0.9, 2.5, 0.5, Trend::rising},
                                   {0.97, 0.8, 0.2, Trend::rising},
                                   {1.5, 30, 0.7, Trend::falling},
                                   {0, 3, 0.1, Trend::falling}};
  for (const PowerLaw& law : laws) {
    const PowerLawFit fit = fit_power_law(problem_of(law, 10), {.num_draws = 0});
    CHECK(fit.law.e == Approx(law.e).epsilon(1e-4).margin(1e-5));
    CHECK(fit.law.a == Approx(law.a).epsilon(1e-4));
    CHECK(fit.law.alpha == Approx(law.alpha).epsilon(1e-4));
    CHECK(fit.law.trend == law.trend);
    CHECK(fit.not_identifiable.empty());
  }
}

TEST_CASE("no power law of SciPy from many starts is better") {
  int count = 0;
  for (const ScalingCase& one : scaling_cases()) {
    if (one.sizes.size() != 1) {
      continue;
    }
    PowerLawProblem problem{.points = {}, .trend = one.rising ? Trend::rising : Trend::falling, .held_out = {}};
    for (std::size_t i = 0; i < one.values.size(); ++i) {
      problem.points.push_back({one.sizes[0][i], one.values[i]});
    }
    const PowerLawFit fit = fit_power_law(problem, {.huber_delta = one.huber_delta, .num_draws = 0});
    CAPTURE(count, one.objective, fit.quality.objective);
    CHECK(fit.quality.objective <= one.objective * (1 + 1e-6));
    for (std::size_t i = 0; i < problem.points.size(); ++i) {
      CHECK(fit.law.value(problem.points[i].size) == Approx(one.fitted[i]).epsilon(1e-4));
    }
    ++count;
  }
  CHECK(count == 8);
}

TEST_CASE("intervals of a rising law hold the truth, and predictions what is measured, about nine times of ten") {
  constexpr int num_repeats = 200;
  const PowerLaw law{0.9, 2.5, 0.5, Trend::rising};
  std::array<int, 4> hits{};
  std::vector<float> normals(num_repeats);
  fill_normal({.seed = 96, .stream = Stream::noise}, normals);
  for (int repeat = 0; repeat < num_repeats; ++repeat) {
    const auto id = static_cast<std::uint64_t>(repeat);
    PowerLawProblem problem = problem_of(law, 10, 0.005, id);
    problem.held_out = {1e6};
    const PowerLawFit fit = fit_power_law(problem, {.num_draws = 300, .seed = id});
    REQUIRE(fit.intervals);
    hits[0] += fit.intervals->e.contains(law.e);
    hits[1] += fit.intervals->a.contains(law.a);
    hits[2] += fit.intervals->alpha.contains(law.alpha);
    hits[3] += fit.predictions.at(0).measured.contains(law.value(1e6) + 0.005 * double{normals[id]});
  }
  for (const int hit : hits) {
    CHECK(hit >= 0.84 * num_repeats); // two standard deviations of a share of 200 are 0.04
    CHECK(hit <= 0.96 * num_repeats);
  }
}

TEST_CASE("points that no power law can be fitted to are refused, and what they leave open is said") {
  const PowerLaw law{0.9, 2.5, 0.5, Trend::rising};
  CHECK_THROWS_AS(fit_power_law(problem_of(law, 2)), DataError);
  for (const double wrong : {0.0, -3.0, std::nan("")}) {
    PowerLawProblem problem = problem_of(law, 6);
    problem.points[2].size = wrong;
    CHECK_THROWS_AS(fit_power_law(problem), DataError);
    problem = problem_of(law, 6);
    problem.held_out = {wrong};
    CHECK_THROWS_AS(fit_power_law(problem), DataError);
    problem = problem_of({0.9, 2.5, 0.5, Trend::falling}, 6);
    problem.points[2].value = wrong;
    CHECK_THROWS_AS(fit_power_law(problem), DataError);
  }
  PowerLawProblem below_zero = problem_of({0.1, 2.5, 0.5, Trend::rising}, 8); // a rising measure may be negative
  REQUIRE(below_zero.points[0].value < 0);
  CHECK(fit_power_law(below_zero, {.num_draws = 0}).law.e == Approx(0.1).epsilon(1e-4));

  CHECK(fit_power_law(problem_of(law, 3)).not_identifiable.find("as many points as parameters") != std::string::npos);
  PowerLawProblem flat = problem_of(law, 6);
  for (PowerLawPoint& point : flat.points) {
    point.value = 0.8;
  }
  const PowerLawFit of_flat = fit_power_law(flat, {.num_draws = 20});
  CHECK(of_flat.law.e == Approx(0.8));
  CHECK(of_flat.not_identifiable.find("A cannot be told from zero") != std::string::npos);
  for (PowerLawPoint& point : flat.points) {
    point.size = 500;
  }
  CHECK(fit_power_law(flat).not_identifiable.find("size has 1 distinct value,") != std::string::npos);
  // A straight line in the logarithm of the size has no limit.
  PowerLawProblem line = problem_of(law, 8);
  for (PowerLawPoint& point : line.points) {
    point.value = 0.5 + 0.01 * std::log(point.size);
  }
  CHECK(fit_power_law(line, {.num_draws = 20}).not_identifiable.find("alpha is at its bound 0.01") != std::string::npos);
}
