#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace radforge {

/// The mean squared difference of the probability of the positive class (in [0, 1]) and the label. Nothing without items. Errors:
/// DataError (no probability).
std::optional<double> brier_score(std::span<const double> probabilities, std::span<const std::uint8_t> positive);

/// The mean over the items of |mean probability - share of positives| of the item's bin, of `num_bins` equal bins of [0, 1]; a
/// bin holds its lower end, the last one both. Nothing without items. Errors: DataError (no probability).
std::optional<double> calibration_error(std::span<const double> probabilities, std::span<const std::uint8_t> positive,
                                        int num_bins = 10);

} // namespace radforge
