#include "evaluation_files.hpp"

#include "result_text.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/build_info.hpp"
#include "radforge/io/csv.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace radforge {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int schema_version = 2; // 1 had no arms, seeds and curves

std::string metrics_text(const ClassificationResult& result) {
  std::string text =
      "model,site,label,subgroup,metric,measure,value,low,high,num_images,num_positives,num_seeds,seed_deviation,p_value,"
      "p_holm,p_bh,note\n";
  for (const EvaluationRow& row : result.rows) {
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_text(row.model), csv_text(row.site),
                        csv_text(row.label), csv_text(row.subgroup), row.metric, row.measure, number_text(row.value),
                        number_text(row.low), number_text(row.high), number_text(row.num_images), number_text(row.num_positives),
                        row.num_seeds, number_text(row.seed_deviation), number_text(row.p_value), number_text(row.p_holm),
                        number_text(row.p_bh), csv_text(row.note));
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
      text += "," + number_text(value);
    }
    text += "\n";
  }
  return text;
}

std::string thresholds_text(const ClassificationResult& result) {
  std::string text = "model,label,threshold,num_images,chosen_on,slope,intercept\n";
  for (const ThresholdRow& row : result.thresholds) {
    text += fmt::format("{},{},{},{},{},{},{}\n", csv_text(row.model), csv_text(row.label), number_text(row.threshold),
                        row.num_images, csv_text(row.chosen_on), number_text(row.slope), number_text(row.intercept));
  }
  return text;
}

std::string curves_text(const ClassificationResult& result) {
  std::string text = "arm,model,site,label,curve,x,y,threshold,num_images\n";
  for (const CurveRow& row : result.curves) {
    text += fmt::format("{},{},{},{},{},{},{},{},{}\n", csv_text(row.arm), csv_text(row.model), csv_text(row.site),
                        csv_text(row.label), row.curve, number_text(row.x), number_text(row.y), number_text(row.threshold),
                        number_text(row.num_images));
  }
  return text;
}

std::string arms_text(const ClassificationResult& result) {
  std::string text =
      "arm,site,domain,label,subgroup,metric,measure,value,low,high,num_seeds,seed_deviation,gain,gain_low,gain_high,"
      "relative,relative_low,relative_high,p_bootstrap,p_holm\n";
  for (const ArmRow& row : result.arms) {
    text += fmt::format("{},{},{},{},{},{},{}", csv_text(row.of.model), csv_text(row.of.site), row.domain, csv_text(row.of.label),
                        csv_text(row.of.subgroup), row.of.metric, row.of.measure);
    text += fmt::format(",{},{},{},{}", number_text(row.of.value), number_text(row.of.low), number_text(row.of.high),
                        row.of.num_seeds);
    const ComparisonRow& gain = row.gain;
    for (const double value : {row.of.seed_deviation, gain.difference, gain.low, gain.high, gain.relative, gain.relative_low,
                               gain.relative_high, gain.p_bootstrap, gain.p_holm}) {
      text += "," + number_text(value);
    }
    text += "\n";
  }
  return text;
}

} // namespace

void write_evaluation(const fs::path& folder, const std::string& config_digest, const std::string& inputs,
                      const EvaluationConfig& config, const ClassificationResult& result) {
  write_file_atomically(folder / "metrics.csv", metrics_text(result));
  write_file_atomically(folder / "comparisons.csv", comparisons_text(result));
  write_file_atomically(folder / "thresholds.csv", thresholds_text(result));
  write_file_atomically(folder / "curves.csv", curves_text(result));
  write_file_atomically(folder / "arms.csv", arms_text(result));
  const Json json{{"schema_version", schema_version},
                  {"task", config.task},
                  {"radforge", build_info().version},
                  {"config_digest", config_digest},
                  {"inputs", lines_of(inputs)},
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
                  {"tables", {"metrics.csv", "arms.csv", "comparisons.csv", "thresholds.csv", "curves.csv"}},
                  {"notes", result.notes}};
  write_file_atomically(folder / evaluation_file, json.dump(1) + "\n");
}

std::string evaluation_text(const ClassificationResult& result) {
  std::size_t width = 5;
  bool has_gains = false;
  for (const ArmRow& row : result.arms) {
    width = std::max(width, row.of.model.size());
    has_gains = has_gains || !std::isnan(row.gain.difference);
  }
  std::string text = fmt::format("{:<{}} {:<16} {:<22} {:>7}  {:<16} {:>7} {:>8} {:>5}  {}\n", "model", width, "site", "label",
                                 "AUROC", "interval", "images", "positive", "seeds", has_gains ? "gain over the first" : "");
  for (const ArmRow& row : result.arms) {
    if (row.of.subgroup != "all" || row.of.metric != "auroc") {
      continue;
    }
    const std::string interval = std::isnan(row.of.low) ? "" : fmt::format("{:.4f} to {:.4f}", row.of.low, row.of.high);
    const std::string gain = std::isnan(row.gain.difference) ? ""
                             : std::isnan(row.gain.low)
                                 ? fmt::format("{:+.4f}", row.gain.difference)
                                 : fmt::format("{:+.4f} ({:+.4f} to {:+.4f})", row.gain.difference, row.gain.low, row.gain.high);
    std::string line = fmt::format(
        "{:<{}} {:<16} {:<22} {:>7}  {:<16} {:>7} {:>8} {:>5}  {}{}{}", row.of.model, width, row.of.site, row.of.label,
        std::isnan(row.of.value) ? "-" : fmt::format("{:.4f}", row.of.value), interval, row.of.num_images, row.of.num_positives,
        row.of.num_seeds, gain, gain.empty() || row.of.note.empty() ? "" : "; ", row.of.note);
    text += line.erase(line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

} // namespace radforge
