#include "identifiability.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace radforge {
namespace {

constexpr double same_size = 1.01; ///< sizes within 1 % say no more than one of them

std::size_t num_distinct(std::vector<double> sizes) {
  std::ranges::sort(sizes);
  std::size_t count = 0;
  double last = 0;
  for (const double size : sizes) {
    if (size > last * same_size) {
      ++count;
      last = size;
    }
  }
  return count;
}

/// The correlation of the logarithms.
double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto count = static_cast<double>(a.size());
  double mean_a = 0, mean_b = 0, aa = 0, ab = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    mean_a += std::log(a[i]) / count;
    mean_b += std::log(b[i]) / count;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double da = std::log(a[i]) - mean_a;
    const double db = std::log(b[i]) - mean_b;
    aa += da * da;
    ab += da * db;
    bb += db * db;
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

/// Whether it is at the bound, or would be but for a percentile between two draws.
bool near(double exponent, double bound) { return std::abs(exponent / bound - 1) < 1e-3; }

/// The first thing that speaks against the parameters of an axis; empty if nothing does.
std::string doubt_of_axis(const PowerSumData& data, std::size_t k, const PowerSum& law,
                          const std::optional<PowerSumIntervals>& intervals, const PowerFitOptions& options) {
  const PowerAxis& axis = data.axes[k];
  if (!(law.amplitudes[k] > 0) || (intervals && !(intervals->amplitudes[k].low > 0))) {
    return fmt::format("{} cannot be told from zero, which leaves {} open (values do not {} with {}, or by less than the noise): "
                       "measure over a wider range of {}, or repeat",
                       axis.amplitude, axis.exponent, data.sign > 0 ? "fall" : "rise", axis.size, axis.size);
  }
  for (const double bound : {options.min_exponent, options.max_exponent}) {
    if (near(law.exponents[k], bound)) {
      return fmt::format("{} is at its bound {} (values level off too {} to show a power): measure over a wider range of {}",
                         axis.exponent, bound, bound == options.min_exponent ? "slowly" : "soon", axis.size);
    }
  }
  if (intervals &&
      (near(intervals->exponents[k].low, options.min_exponent) || near(intervals->exponents[k].high, options.max_exponent))) {
    return fmt::format(
        "{} is known on one side at most (its interval {:.3g} to {:.3g} reaches a bound): measure over a wider range "
        "of {}, or repeat",
        axis.exponent, intervals->exponents[k].low, intervals->exponents[k].high, axis.size);
  }
  return {};
}

} // namespace

std::vector<std::string> doubts_of_design(const PowerSumData& data) {
  std::vector<std::string> doubts;
  for (const PowerAxis& axis : data.axes) {
    if (const std::size_t count = num_distinct(axis.sizes); count < 3) {
      doubts.push_back(
          fmt::format("{} and {} cannot be told from E ({} has {} distinct value{}, and a power needs three): measure "
                      "at other values of {}",
                      axis.amplitude, axis.exponent, axis.size, count, count == 1 ? "" : "s", axis.size));
    }
  }
  // With D = c N^k, A N^-alpha and B D^-beta may be exchanged and the law is the same.
  if (data.axes.size() == 2 && doubts.empty() && correlation(data.axes[0].sizes, data.axes[1].sizes) > 0.9999) {
    doubts.push_back(
        fmt::format("the terms of {0} and {1} cannot be told apart ({1} is a power of {0} at all points): vary {1} at "
                    "the same {0}",
                    data.axes[0].size, data.axes[1].size));
  }
  return doubts;
}

std::vector<std::string> doubts_of_law(const PowerSumData& data, const PowerSum& law,
                                       const std::optional<PowerSumIntervals>& intervals, const PowerFitOptions& options) {
  std::vector<std::string> doubts;
  for (std::size_t k = 0; k < data.axes.size(); ++k) {
    if (std::string doubt = doubt_of_axis(data, k, law, intervals, options); !doubt.empty()) {
      doubts.push_back(std::move(doubt));
    }
  }
  const double lowest = *std::ranges::min_element(data.values);
  if (data.sign > 0 && intervals && intervals->e.high - intervals->e.low > 0.9 * lowest) {
    doubts.push_back(fmt::format("E may be anything up to the lowest value {:.4g} (its interval is {:.3g} to {:.3g}): measure at "
                                 "larger sizes",
                                 lowest, intervals->e.low, intervals->e.high));
  }
  return doubts;
}

} // namespace radforge
