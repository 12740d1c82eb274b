#include "evaluation_files.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/build_info.hpp"
#include "radforge/io/csv.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace radforge {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int schema_version = 1;

/// Nothing where it is not estimable; enough digits to be read back as it is.
std::string number(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

std::string metrics_text(const ClassificationResult& result) {
  std::string text =
      "model,site,label,subgroup,metric,measure,value,low,high,num_images,num_positives,p_value,p_holm,p_bh,note\n";
  for (const EvaluationRow& row : result.rows) {
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_text(row.model), csv_text(row.site),
                        csv_text(row.label), csv_text(row.subgroup), row.metric, row.measure, number(row.value), number(row.low),
                        number(row.high), number(row.num_images), number(row.num_positives), number(row.p_value),
                        number(row.p_holm), number(row.p_bh), csv_text(row.note));
  }
  return text;
}

std::string comparisons_text(const ClassificationResult& result) {
  std::string text = "site,label,subgroup,metric,measure,model,baseline,difference,low,high,relative,relative_low,relative_high,"
                     "p_bootstrap,p_delong,p_holm,p_bh\n";
  for (const ComparisonRow& row : result.comparisons) {
    text += fmt::format("{},{},{},{},{},{},{}", csv_text(row.site), csv_text(row.label), csv_text(row.subgroup), row.metric,
                        row.measure, csv_text(row.model), csv_text(row.baseline));
    for (const double value : {row.difference, row.low, row.high, row.relative, row.relative_low, row.relative_high,
                               row.p_bootstrap, row.p_delong, row.p_holm, row.p_bh}) {
      text += "," + number(value);
    }
    text += "\n";
  }
  return text;
}

std::string thresholds_text(const ClassificationResult& result) {
  std::string text = "model,label,threshold,num_images,chosen_on,slope,intercept\n";
  for (const ThresholdRow& row : result.thresholds) {
    text += fmt::format("{},{},{},{},{},{},{}\n", csv_text(row.model), csv_text(row.label), number(row.threshold), row.num_images,
                        csv_text(row.chosen_on), number(row.slope), number(row.intercept));
  }
  return text;
}

Json inputs_of(const std::string& text) {
  Json inputs = Json::array();
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    inputs.push_back(line);
  }
  return inputs;
}

} // namespace

void write_evaluation(const fs::path& folder, const std::string& config_digest, const std::string& inputs,
                      const EvaluationConfig& config, const ClassificationResult& result) {
  write_file_atomically(folder / "metrics.csv", metrics_text(result));
  write_file_atomically(folder / "comparisons.csv", comparisons_text(result));
  write_file_atomically(folder / "thresholds.csv", thresholds_text(result));
  const Json json{{"schema_version", schema_version},
                  {"task", config.task},
                  {"radforge", build_info().version},
                  {"config_digest", config_digest},
                  {"inputs", inputs_of(inputs)},
                  {"settings",
                   {{"seed", config.seed},
                    {"split", config.split},
                    {"threshold_rule", config.threshold.rule},
                    {"calibration", config.calibration},
                    {"positive", "probability >= threshold"},
                    {"num_draws", config.bootstrap.num_draws},
                    {"level", config.bootstrap.level},
                    {"unit", config.bootstrap.unit},
                    {"interval", config.bootstrap.interval},
                    {"num_permutations", config.bootstrap.num_permutations},
                    {"num_bins", config.num_bins},
                    {"smoothing", config.smoothing},
                    {"min_of_rate", config.eligibility.min_of_rate},
                    {"min_of_auroc", config.eligibility.min_of_auroc}}},
                  {"tables", {"metrics.csv", "comparisons.csv", "thresholds.csv"}},
                  {"notes", result.notes}};
  write_file_atomically(folder / evaluation_file, json.dump(1) + "\n");
}

std::string evaluation_text(const ClassificationResult& result) {
  std::string text = fmt::format("{:<20} {:<16} {:<22} {:>7}  {:<17} {:>8} {:>9}\n", "model", "site", "label", "AUROC",
                                 "interval", "images", "positive");
  for (const EvaluationRow& row : result.rows) {
    if (row.subgroup == "all" && row.metric == "auroc" && row.measure == "value") {
      const std::string interval = std::isnan(row.low) ? "" : fmt::format("{:.4f} to {:.4f}", row.low, row.high);
      text += fmt::format("{:<20} {:<16} {:<22} {:>7}  {:<17} {:>8} {:>9}  {}\n", row.model, row.site, row.label,
                          std::isnan(row.value) ? "-" : fmt::format("{:.4f}", row.value), interval, row.num_images,
                          row.num_positives, row.note);
    }
  }
  return text;
}

} // namespace radforge
