#include "radforge/metrics/resampling.hpp"
#include "radforge/metrics/adjusted_p_values.hpp"

#include "golden_tables.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace radforge;

TEST_CASE("a draw with replacement has as many units as there are, each as likely") {
  constexpr std::size_t size = 200;
  std::vector<double> sums(size);
  for (std::uint32_t draw = 0; draw < 2000; ++draw) {
    const std::vector<std::uint32_t> counts = draw_with_replacement({7, Stream::bootstrap, 3, draw}, size);
    CHECK(std::accumulate(counts.begin(), counts.end(), 0U) == size);
    std::ranges::transform(sums, counts, sums.begin(), std::plus());
  }
  for (const double sum : sums) {
    CHECK(sum == Approx(2000).margin(5 * std::sqrt(2000.0)));
  }
  const RandomKey key{7, Stream::bootstrap, 3, 1};
  CHECK(draw_with_replacement(key, 5000) == draw_with_replacement(key, 5000));
  CHECK(draw_with_replacement(key, 5000) != draw_with_replacement({7, Stream::bootstrap, 3, 2}, 5000));
  CHECK(draw_with_replacement(key, 0).empty());
}

TEST_CASE("a shuffle keeps every value, each order is as likely, and its first values do not depend on how far it goes") {
  int num_sorted = 0;
  for (std::uint32_t draw = 0; draw < 6000; ++draw) {
    std::vector<std::uint32_t> order{0, 1, 2};
    shuffle_first({1, Stream::permutation, 0, draw}, order, 3);
    num_sorted += std::ranges::is_sorted(order) ? 1 : 0;
    std::vector<std::uint32_t> first{0, 1, 2};
    shuffle_first({1, Stream::permutation, 0, draw}, first, 1);
    CHECK(first[0] == order[0]);
    std::ranges::sort(order);
    CHECK(order == std::vector<std::uint32_t>{0, 1, 2});
  }
  CHECK(num_sorted == Approx(1000).margin(150));
}

TEST_CASE("intervals are SciPy's and NumPy's") {
  for (const auto& entry : golden_groups()["intervals"]) {
    const std::vector<double> draws = entry["draws"];
    const std::vector<double> left_out = entry["left_out"];
    const double level = entry["level"];
    const Interval percentile = percentile_interval(draws, level);
    CHECK(percentile.low == Approx(entry["percentile"][0].get<double>()).epsilon(1e-12));
    CHECK(percentile.high == Approx(entry["percentile"][1].get<double>()).epsilon(1e-12));
    const Interval bca = bca_interval(draws, entry["estimate"], left_out, level);
    CHECK(bca.low == Approx(entry["bca"][0].get<double>()).epsilon(1e-9));
    CHECK(bca.high == Approx(entry["bca"][1].get<double>()).epsilon(1e-9));
  }
}

TEST_CASE("draws without a value do not count, and without any there is no interval") {
  const double none = std::nan("");
  const std::vector<double> draws{none, 1, none, 3, 2};
  CHECK(percentile_interval(draws, 0.5).low == 1.5);
  CHECK(percentile_interval(draws, 0.5).high == 2.5);
  CHECK(std::isnan(percentile_interval(std::vector{none}, 0.9).low));
  CHECK(std::isnan(bca_interval(std::vector{none}, 1, draws, 0.9).high));
  CHECK(bca_interval(draws, 5, draws, 0.5).high == 2.5); // beyond all draws
  CHECK(bca_interval(std::vector(20, 1.0), 1, std::vector(5, 1.0), 0.9).low == 1);
}

TEST_CASE("a difference on one side in all draws is as improbable as their number allows") {
  std::vector<double> draws(99, 1.0);
  CHECK(bootstrap_p_value(draws) == Approx(0.02));
  std::ranges::transform(draws, draws.begin(), std::negate());
  CHECK(bootstrap_p_value(draws) == Approx(0.02));
  CHECK(bootstrap_p_value(std::vector{-1.0, 1.0, 0.0}) == 1);
}

TEST_CASE("adjusted p-values are SciPy's, and leave out what was not tested") {
  for (const auto& entry : golden_groups()["adjusted"]) {
    std::vector<double> p_values = entry["p_values"];
    p_values.insert(p_values.begin(), std::nan(""));
    const std::vector<double> holm = holm_adjusted(p_values);
    const std::vector<double> bh = benjamini_hochberg_adjusted(p_values);
    CHECK(std::isnan(holm[0]));
    for (std::size_t i = 1; i < p_values.size(); ++i) {
      CHECK(holm[i] == Approx(entry["holm"][i - 1].get<double>()).epsilon(1e-12));
      CHECK(bh[i] == Approx(entry["benjamini_hochberg"][i - 1].get<double>()).epsilon(1e-12));
    }
  }
}
