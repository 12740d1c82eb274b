#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace radforge {

/// An area under the ROC curve and its variance by DeLong, DeLong and Clarke-Pearson 1988, from mid-ranks (Sun and Xu 2014). The
/// images count as independent of each other, which those of one patient are not: a bootstrap over patients is wider.
struct AurocVariance {
  double auroc = 0;
  double variance = 0;
};

/// Nothing unless there are two images of either class.
std::optional<AurocVariance> delong_variance(std::span<const double> scores, std::span<const std::uint8_t> positive);

/// Two models on the same images.
struct AurocDifference {
  AurocVariance first;
  AurocVariance second;
  double covariance = 0;
  double p_value = 1; ///< two-sided, that both areas are equal; 1 where the difference has no variance and is 0, else 0
};

/// Nothing unless there are two images of either class.
std::optional<AurocDifference> delong_difference(std::span<const double> first, std::span<const double> second,
                                                 std::span<const std::uint8_t> positive);

} // namespace radforge
