#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace radforge {

/// A probability's logit stretched and shifted: 1 / (1 + exp(-(slope logit + intercept))). Keeps the order of the images where
/// the slope is positive, and so AUROC.
struct LogitMap {
  double slope = 1;
  double intercept = 0;

  /// Probabilities of 0 and 1 stand for the nearest ones that have a logit.
  double operator()(double probability) const;
};

enum class CalibrationMethod : std::uint8_t {
  temperature, ///< slope alone, of the highest likelihood (Guo et al. 2017: 1 / temperature)
  platt,       ///< both, for targets (n+ + 1) / (n+ + 2) and 1 / (n- + 2) in place of 1 and 0 (Platt 1999)
};

/// Nothing unless there are images of both classes, or where classes are so well separated that the likelihood has no maximum.
std::optional<LogitMap> fit_calibration(CalibrationMethod method, std::span<const double> probabilities,
                                        std::span<const std::uint8_t> positive);

} // namespace radforge
