#include "radforge/metrics/compute_optimum.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace radforge;

TEST_CASE("the optimum for a budget is the lowest of all ways to spend it") {
  const std::vector<ScalingLaw> laws{{1.69, 406.4, 410.7, 0.34, 0.28}, {0.1, 3, 900, 0.15, 0.6}, {0, 1e6, 20, 1.2, 0.2}};
  for (const ScalingLaw& law : laws) {
    for (const double flop : {1e18, 5.76e23}) {
      for (const double factor : {6.0, 450.0}) {
        const ComputeOptimum best = compute_optimum(law, flop, factor);
        CHECK(factor * best.model_size * best.data_size == Approx(flop).epsilon(1e-12));
        CHECK(best.loss == law.loss(best.model_size, best.data_size));
        double lowest = std::numeric_limits<double>::infinity();
        double lowest_size = 0;
        for (int i = -20000; i <= 20000; ++i) {
          const double n = std::pow(10, 9 + i / 2000.0);
          if (const double loss = law.loss(n, flop / factor / n); loss < lowest) {
            lowest = loss;
            lowest_size = n;
          }
        }
        CHECK(best.loss <= lowest * (1 + 1e-15));
        CHECK(std::abs(std::log10(best.model_size / lowest_size)) < 1.01 / 2000);
      }
    }
  }
}

TEST_CASE("without a fall in both directions, or without a budget, there is no optimum") {
  const ScalingLaw law{1.69, 406.4, 410.7, 0.34, 0.28};
  for (double ScalingLaw::*const member : {&ScalingLaw::a, &ScalingLaw::b, &ScalingLaw::alpha, &ScalingLaw::beta}) {
    ScalingLaw flat = law;
    flat.*member = 0;
    CHECK_THROWS_AS(compute_optimum(flat, 1e20), DataError);
  }
  for (const double wrong : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_AS(compute_optimum(law, wrong), DataError);
    CHECK_THROWS_AS(compute_optimum(law, 1e20, wrong), DataError);
  }
}
