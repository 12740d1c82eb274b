#pragma once

#include "radforge/core/philox.hpp"
#include "radforge/metrics/interval.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace radforge {

/// How often each of `size` units is drawn when as many are drawn with replacement: one draw of a bootstrap (Efron 1979). The
/// numbers follow from the key alone.
std::vector<std::uint32_t> draw_with_replacement(const RandomKey& key, std::size_t size);

/// Puts the values in an order that follows from the key, as far as the first `count`: those are drawn without replacement from
/// all, and the rest is what is left.
void shuffle_first(const RandomKey& key, std::span<std::uint32_t> values, std::size_t count);

/// Percentiles (linear between two values, NumPy's default) of a sample without NaN, `quantile` in [0, 1]. NaN of no value.
double quantile_of(std::span<const double> sorted, double quantile);

/// Percentile interval of the draws of a statistic; draws in which it is not defined (NaN) do not count. NaN if none counts.
Interval percentile_interval(std::span<const double> draws, double level);

/// Bias-corrected and accelerated interval (Efron 1987). `left_out`: the statistic without one unit, or without one block of
/// units, after the other. Where the estimate lies beyond all draws it falls back to the percentile interval.
Interval bca_interval(std::span<const double> draws, double estimate, std::span<const double> left_out, double level);

/// Two-sided: half as probable that the draws of a difference lie on the other side of 0 as on theirs, at least 1 / (n + 1) a
/// side.
double bootstrap_p_value(std::span<const double> draws);

} // namespace radforge
