#include "chosen_thresholds.hpp"

#include "site_images.hpp"

#include "radforge/core/error.hpp"
#include "radforge/metrics/operating_threshold.hpp"
#include "radforge/metrics/probability_calibration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace radforge {

namespace {

constexpr double not_estimable = std::numeric_limits<double>::quiet_NaN();

ThresholdRule rule_of(const ThresholdConfig& config) {
  return config.rule == "youden"                ? ThresholdRule::youden
         : config.rule == "false_positive_rate" ? ThresholdRule::false_positive_rate
         : config.rule == "sensitivity"         ? ThresholdRule::sensitivity
                                                : ThresholdRule::max_f1;
}

/// Rows that a label is chosen on, with its probability and truth.
struct Chosen {
  std::vector<double> scores;
  std::vector<std::uint8_t> positive;

  template <class Used>
  Chosen(const PredictionTable& table, std::size_t column, const Used& is_used) {
    for (std::size_t i = 0; i < table.samples.size(); ++i) {
      if (is_used(table.samples[i]) && table.truth(i, column) >= 0 && !std::isnan(table.probability(i, column))) {
        scores.push_back(table.probability(i, column));
        positive.push_back(static_cast<std::uint8_t>(table.truth(i, column)));
      }
    }
  }
};

void calibrate(const EvaluationConfig& config, PredictionTable& table, std::size_t column, const Chosen& on, ThresholdRow& row) {
  const auto method = config.calibration == "platt" ? CalibrationMethod::platt : CalibrationMethod::temperature;
  const auto map = fit_calibration(method, on.scores, on.positive);
  row.slope = map ? map->slope : not_estimable;
  row.intercept = map ? map->intercept : not_estimable;
  for (std::size_t i = 0; map && i < table.samples.size(); ++i) {
    double& probability = table.probabilities[i * table.labels.size() + column];
    probability = std::isnan(probability) ? probability : (*map)(probability);
  }
}

} // namespace

std::vector<ThresholdRow> calibrate_and_choose(const EvaluationConfig& config, EvaluatedModel& model,
                                               const std::vector<std::string>& labels, const std::vector<std::string>& sites) {
  PredictionTable& table = model.table;
  const auto is_of_validation = [&](const SampleRecord& sample) { return sample.split == config.threshold.split; };
  const bool has_split = std::ranges::any_of(table.samples, is_of_validation);
  if (!has_split && config.calibration != "none") {
    throw ConfigError(
        "{}: no image is of the split '{}' (a calibration that is fitted on the images that are judged flatters) give "
        "such images, or set calibration to none",
        model.name, config.threshold.split);
  }
  const auto is_used = [&](const SampleRecord& sample) {
    return has_split ? is_of_validation(sample)
                     : is_of_split(sample, config.split) && std::ranges::find(sites, site_of(sample)) != sites.end();
  };
  std::vector<ThresholdRow> rows;
  for (const std::string& label : labels) {
    ThresholdRow row{.model = model.name,
                     .label = label,
                     .threshold = not_estimable,
                     .chosen_on = has_split ? config.threshold.split : config.split + " (the images that are judged)"};
    if (const auto found = std::ranges::find(table.labels, label); found != table.labels.end()) {
      const auto column = static_cast<std::size_t>(found - table.labels.begin());
      if (config.calibration != "none") {
        calibrate(config, table, column, Chosen(table, column, is_used), row);
      }
      const Chosen on(table, column, is_used);
      row.num_images = std::ssize(on.scores);
      row.threshold = choose_threshold(RankedScores(on.scores, on.positive), rule_of(config.threshold), config.threshold.level)
                          .value_or(not_estimable);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

} // namespace radforge
