#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/config/evaluation_config.hpp"
#include "radforge/data/prediction_table.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace radforge {

/// One number of an evaluation; NaN where it is not estimable, and the note says why.
struct EvaluationRow {
  std::string model; ///< or arm
  std::string site;
  std::string label;    ///< or the name of an average over labels: "macro", "weighted"
  std::string subgroup; ///< "all", "sex=F"; of a gap the split, "sex"
  std::string metric;   ///< "auroc", "false_negative_rate" (metrics/group_counts.hpp), "equalized_odds"
  std::string measure;  ///< "value", "standard_error" (DeLong), "gap_max_min", ..., "disparity" (metrics/gaps.hpp)
  double value = 0;
  double low = 0; ///< of the interval; NaN without draws
  double high = 0;
  double num_images = 0; ///< with a known label
  double num_positives = 0;
  std::size_t num_seeds = 1; ///< models that it is a mean of, the same but for their seed
  double seed_deviation = 0; ///< standard deviation over them; NaN of one
  double p_value = 0;        ///< of gap_max_min, that its groups are as good as shuffled; else NaN
  double p_holm = 0;         ///< adjusted for all such gaps of this metric over labels, splits and sites of the model
  double p_bh = 0;           ///< likewise by Benjamini and Hochberg
  std::string note;
};

/// Two models, or arms, on the same images of a site: value less the baseline's.
struct ComparisonRow {
  std::string site, label, subgroup, metric, measure, model, baseline;
  double difference = 0, low = 0, high = 0;
  double relative = 0, relative_low = 0, relative_high = 0; ///< difference / the baseline's value
  double p_bootstrap = 0;
  double p_delong = 0; ///< of AUROC in all images; else NaN
  double p_holm = 0;   ///< p_bootstrap, adjusted for all comparisons of this metric and measure in this subgroup
  double p_bh = 0;     ///< likewise by Benjamini and Hochberg
};

struct ThresholdRow {
  std::string model, label;
  double threshold = 0; ///< images of this probability and above are called positive; infinity: none; NaN: not estimable
  std::int64_t num_images = 0;
  std::string chosen_on; ///< "validation", or "test (the images that are judged)"
  double slope = 1;      ///< of the calibration; NaN: none could be fitted, and the probabilities are as they were
  double intercept = 0;
};

/// A point of a model's curve for a label at a site.
struct CurveRow {
  std::string arm, model, site, label; ///< arm: the model itself where it is of none
  std::string curve; ///< "roc": sensitivity over false positive rate; "calibration": share of positives over mean probability
  double x = 0, y = 0;
  double threshold = 0;  ///< of "roc"; NaN of a bin
  double num_images = 0; ///< in the bin, or all
};

struct EvaluatedModel {
  std::string name;
  PredictionTable table;
  std::string arm; ///< models of one arm are the same but for their seed, and are compared with others together; empty: alone
};

/// A line of the table that ways to train are compared by.
struct ArmRow {
  EvaluationRow of;
  std::string domain; ///< "in-distribution" or "external"; empty: it is not told where the models have learned
  ComparisonRow gain; ///< over the first arm; NaN of that one itself, and where the two are not compared
};

struct ClassificationResult {
  std::vector<EvaluationRow> rows;
  std::vector<ComparisonRow> comparisons;
  std::vector<ThresholdRow> thresholds;
  std::vector<CurveRow> curves;
  std::vector<ArmRow> arms;
  std::vector<std::string> notes; ///< sentences for people
};

struct ClassificationControl {
  int num_threads = 1;
  std::function<void(std::int64_t num_done, std::int64_t num_all)> progress = [](std::int64_t, std::int64_t) {};
};

/// Judges what models say of images, site by site and label by label. A pure function of tables and configuration: the same bits
/// on any number of ranks and threads. Collective. Errors: DataError (no image is judged, a site or a label that is not there,
/// patients unknown).
ClassificationResult evaluate_classification(const EvaluationConfig& config, std::vector<EvaluatedModel> models,
                                             Communicator& ranks, const ClassificationControl& control);

} // namespace radforge
