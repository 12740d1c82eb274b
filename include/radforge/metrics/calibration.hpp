#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace radforge {

/// The mean squared difference of the probability of the positive class (in [0, 1]) and the label. Nothing without items. Errors:
/// DataError (no probability).
std::optional<double> brier_score(std::span<const double> probabilities, std::span<const std::uint8_t> positive);

/// What a model says of the items of a bin, and what is true of them.
struct ReliabilityBin {
  double num_items = 0;
  double sum_of_probabilities = 0;
  double num_positives = 0;
};

/// `num_bins` equal bins of [0, 1]; a bin holds its lower end, the last one both. Errors: DataError (no probability).
std::vector<ReliabilityBin> reliability_bins(std::span<const double> probabilities, std::span<const std::uint8_t> positive,
                                             int num_bins = 10);

/// The mean over the items of |mean probability - share of positives| of the item's bin. Nothing without items.
/// Errors: DataError (no probability).
std::optional<double> calibration_error(std::span<const double> probabilities, std::span<const std::uint8_t> positive,
                                        int num_bins = 10);

} // namespace radforge
