#pragma once

#include "power_sum.hpp"
#include "radforge/metrics/interval.hpp"
#include "radforge/metrics/power_fit_options.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace radforge {

struct PowerSumIntervals {
  Interval e;
  std::array<Interval, 2> amplitudes;
  std::array<Interval, 2> exponents;
};

/// What speaks against the parameters, each with what to do: where was measured, and what was found there.
std::vector<std::string> doubts_of_design(const PowerSumData& data);
std::vector<std::string> doubts_of_law(const PowerSumData& data, const PowerSum& law,
                                       const std::optional<PowerSumIntervals>& intervals, const PowerFitOptions& options);

} // namespace radforge
