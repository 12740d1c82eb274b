#include "curves.hpp"

#include "radforge/metrics/calibration.hpp"
#include "radforge/metrics/roc_curve.hpp"

#include <limits>

namespace radforge {

namespace {

constexpr std::size_t max_points = 120;

} // namespace

std::vector<CurveRow> curves_of(const EvaluatedModel& model, const std::string& site, const std::string& label,
                                const ScoredImages& images, int num_bins) {
  std::vector<CurveRow> rows;
  const std::string& arm = model.arm.empty() ? model.name : model.arm;
  const auto num_images = static_cast<double>(images.scores.size());
  for (const RocPoint& point : roc_curve(RankedScores(images.scores, images.positive), max_points)) {
    rows.push_back(
        {arm, model.name, site, label, "roc", point.false_positive_rate, point.sensitivity, point.threshold, num_images});
  }
  for (const ReliabilityBin& bin : reliability_bins(images.scores, images.positive, num_bins)) {
    if (bin.num_items > 0) {
      rows.push_back({arm, model.name, site, label, "calibration", bin.sum_of_probabilities / bin.num_items,
                      bin.num_positives / bin.num_items, std::numeric_limits<double>::quiet_NaN(), bin.num_items});
    }
  }
  return rows;
}

} // namespace radforge
