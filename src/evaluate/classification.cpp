#include "radforge/evaluate/classification.hpp"

#include "arm_table.hpp"
#include "chosen_thresholds.hpp"
#include "curves.hpp"
#include "evaluation_rows.hpp"
#include "site_images.hpp"
#include "statistic.hpp"

#include "radforge/core/error.hpp"
#include "radforge/metrics/delong.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace radforge {

namespace {

constexpr double not_estimable = std::numeric_limits<double>::quiet_NaN();

/// Labels that some model tells of some image, in the order of their first appearance.
std::vector<std::string> labels_of(const EvaluationConfig& config, const std::vector<EvaluatedModel>& models) {
  std::vector<std::string> labels;
  for (const EvaluatedModel& model : models) {
    for (std::size_t column = 0; column < model.table.labels.size(); ++column) {
      const std::string& label = model.table.labels[column];
      bool is_told = false;
      for (std::size_t row = 0; row < model.table.samples.size() && !is_told; ++row) {
        is_told = !std::isnan(model.table.probability(row, column));
      }
      if (is_told && std::ranges::find(labels, label) == labels.end()) {
        labels.push_back(label);
      }
    }
  }
  const auto require_told = [&](const std::string& label) {
    if (std::ranges::find(labels, label) == labels.end()) {
      throw ConfigError("no model tells '{}' (they tell {}) correct labels or averages", label, fmt::join(labels, ", "));
    }
  };
  std::ranges::for_each(config.labels, require_told);
  for (const LabelAverageConfig& average : config.averages) {
    std::ranges::for_each(average.labels, require_told);
  }
  return config.labels.empty() ? labels : config.labels;
}

std::vector<std::string> sites_of(const EvaluationConfig& config, const std::vector<EvaluatedModel>& models) {
  std::set<std::string> there;
  for (const EvaluatedModel& model : models) {
    for (const SampleRecord& sample : model.table.samples) {
      if (is_of_split(sample, config.split)) {
        there.insert(site_of(sample));
      }
    }
  }
  if (there.empty()) {
    throw DataError("no image is of the split '{}' (nothing is judged) set split to one that the predictions have", config.split);
  }
  for (const std::string& site : config.sites) {
    if (!there.contains(site)) {
      throw ConfigError("no image of the site '{}' is there (there are {}) correct sites", site, fmt::join(there, ", "));
    }
  }
  return config.sites.empty() ? std::vector<std::string>(there.begin(), there.end()) : config.sites;
}

/// Whether a metric needs no threshold.
bool is_of_scores(const std::string& metric) {
  return std::ranges::any_of(
      std::initializer_list<Metric>{Metric::auroc, Metric::average_precision, Metric::brier, Metric::calibration_error},
      [&](Metric one) { return name_of(one) == metric; });
}

/// What is not of draws: the standard error of AUROC in each group.
std::vector<Statistic> standard_errors(const std::string& label, const ScoredImages& images, const SubgroupTable& groups) {
  std::vector<Statistic> found;
  for (std::size_t group = 0; group < groups.names().size(); ++group) {
    std::vector<double> scores;
    std::vector<std::uint8_t> positive;
    for (std::size_t i = 0; i < images.scores.size(); ++i) {
      const auto& of = groups.grouping().groups_of_cell[images.cells[i]];
      if (std::ranges::binary_search(of, static_cast<std::uint32_t>(group))) {
        scores.push_back(images.scores[i]);
        positive.push_back(images.positive[i]);
      }
    }
    const auto variance = delong_variance(scores, positive);
    found.push_back({.label = label,
                     .subgroup = groups.names()[group],
                     .metric = "auroc",
                     .measure = "standard_error",
                     .num_images = static_cast<double>(scores.size()),
                     .num_positives = static_cast<double>(std::ranges::count(positive, 1)),
                     .note = variance ? "" : "fewer than two images of a class",
                     .whole = variance ? std::sqrt(variance->variance) : not_estimable});
  }
  return found;
}

/// Everything that is judged on one site.
class SiteJudge {
 public:
  SiteJudge(const EvaluationConfig& config, const std::string& site, const std::vector<EvaluatedModel>& models,
            std::size_t num_labels, Communicator& ranks, int num_threads)
      : config_(config), site_(site), models_(models), arms_(arms_of(models)), ranks_(ranks), num_threads_(num_threads) {
    for (const EvaluatedModel& model : models) {
      images_.emplace_back(config, site, model.table);
      averages_.emplace_back();
      if (num_labels > 1) {
        averages_.back().push_back({StatisticAverage("macro", StatisticAverage::Weights::equal), {}});
        averages_.back().push_back({StatisticAverage("weighted", StatisticAverage::Weights::positives), {}});
      }
      for (const LabelAverageConfig& average : config.averages) {
        averages_.back().push_back({StatisticAverage(average.name, StatisticAverage::Weights::equal), average.labels});
      }
    }
  }

  void judge(const std::string& label, const std::map<std::string, double>& thresholds_of_models, ClassificationResult& result) {
    std::vector<std::vector<Statistic>> of_models;
    std::vector<ScoredImages> scored;
    for (std::size_t number = 0; number < models_.size(); ++number) {
      const std::string& model = models_[number].name;
      scored.push_back(images_[number].scored(models_[number].table, label).value_or(ScoredImages{}));
      of_models.push_back(judge_model(number, label, scored.back(), thresholds_of_models.at(model), result));
    }
    judge_arms(label, of_models, scored, result);
  }

  void finish(ClassificationResult& result) {
    for (std::size_t average = 0; average < averages_.front().size(); ++average) {
      std::vector<std::vector<Statistic>> of_models;
      for (std::size_t number = 0; number < models_.size(); ++number) {
        of_models.push_back(averages_[number][average].of.result());
        std::ranges::move(rows_of(models_[number].name, site_, of_models.back(), config_.bootstrap, num_threads_),
                          std::back_inserter(result.rows));
      }
      judge_arms("", of_models, {}, result);
    }
    for (std::size_t number = 0; number < models_.size(); ++number) {
      for (const SubgroupTable::Split& split : images_[number].groups().splits()) {
        if (split.num_unknown > 0) {
          const std::string note = fmt::format("{}: of {} of {} images '{}' is unknown: they are in none of its groups", site_,
                                               split.num_unknown, images_[number].samples().size(), split.name);
          if (std::ranges::find(result.notes, note) == result.notes.end()) { // other models' images are mostly the same
            result.notes.push_back(note);
          }
        }
      }
    }
  }

 private:
  struct Average {
    StatisticAverage of;
    std::vector<std::string> labels; ///< empty: all
  };

  std::vector<Statistic> judge_model(std::size_t number, const std::string& label, const ScoredImages& scored, double threshold,
                                     ClassificationResult& result) {
    const SiteImages& images = images_[number];
    const std::string& model = models_[number].name;
    if (scored.scores.empty()) {
      add_unknown(model, label, result);
      return {};
    }
    std::ranges::move(curves_of(models_[number], site_, label, scored, static_cast<int>(config_.num_bins)),
                      std::back_inserter(result.curves));
    const bool is_constant = std::ranges::adjacent_find(scored.scores, std::ranges::not_equal_to()) == scored.scores.end();
    const LabelCounts counts =
        images.plan().count(scored, images.groups().grouping(),
                            {.threshold = std::isnan(threshold) ? std::numeric_limits<double>::infinity() : threshold,
                             .num_bins = static_cast<int>(config_.num_bins)},
                            ranks_, num_threads_);
    std::vector<PermutedCounts> permuted;
    for (const SubgroupTable::Split& split : images.groups().splits()) {
      permuted.push_back(
          images.plan().permute(scored, images.groups().grouping(), threshold, split.name, split.groups, ranks_, num_threads_));
    }
    std::vector<Statistic> statistics = statistics_of(label, counts, permuted, images.groups(), config_);
    for (Statistic& one : statistics) {
      if (is_constant && one.metric == name_of(Metric::auroc) && one.note.empty()) {
        one.note = "all scores are the same";
      }
      if (std::isnan(threshold) && !is_of_scores(one.metric)) {
        one.whole = not_estimable;
        one.p_value = not_estimable;
        one.note = "no threshold: the images that it is chosen on are of one class";
      }
    }
    for (Average& average : averages_[number]) {
      if (average.labels.empty() || std::ranges::find(average.labels, label) != average.labels.end()) {
        average.of.add(statistics);
      }
    }
    for (const auto& part : {rows_of(model, site_, statistics, config_.bootstrap, num_threads_),
                             rows_of(model, site_, standard_errors(label, scored, images.groups()), config_.bootstrap, 1)}) {
      result.rows.insert(result.rows.end(), part.begin(), part.end());
    }
    return statistics;
  }

  void add_unknown(const std::string& model, const std::string& label, ClassificationResult& result) const {
    EvaluationRow row{.model = model, .site = site_, .label = label, .subgroup = "all", .metric = "auroc", .measure = "value"};
    for (double* value : {&row.value, &row.low, &row.high, &row.seed_deviation, &row.p_value, &row.p_holm, &row.p_bh}) {
      *value = not_estimable;
    }
    row.note = "no image with a known label and a score";
    result.rows.push_back(std::move(row));
  }

  bool is_alike(std::size_t a, std::size_t b, const std::vector<std::vector<Statistic>>& of_models,
                const std::vector<ScoredImages>& scored) const {
    return images_[a].plan().is_as(images_[b].plan()) && of_models[a].size() == of_models[b].size() &&
           (scored.empty() || (scored[a].units == scored[b].units && scored[a].positive == scored[b].positive));
  }

  std::string place_of(const std::string& label) const { return label.empty() ? site_ : site_ + ", " + label; }

  /// Means over seeds, then every arm with each before it; without scores, of an average.
  void judge_arms(const std::string& label, const std::vector<std::vector<Statistic>>& of_models,
                  const std::vector<ScoredImages>& scored, ClassificationResult& result) const {
    std::vector<std::vector<Statistic>> of_arms;
    for (const Arm& arm : arms_) {
      const std::size_t first = arm.models.front();
      of_arms.emplace_back();
      if (!std::ranges::all_of(arm.models, [&](std::size_t model) { return is_alike(first, model, of_models, scored); })) {
        result.notes.push_back(
            fmt::format("{} has no mean over seeds on {}: its models were shown other images", arm.name, place_of(label)));
        continue;
      }
      if (arm.is_named && of_models[first].empty() && !label.empty()) {
        add_unknown(arm.name, label, result);
      }
      of_arms.back() = over_seeds(arm, of_models, config_.seed);
      if (arm.is_named) {
        std::ranges::move(rows_of(arm.name, site_, of_arms.back(), config_.bootstrap, num_threads_),
                          std::back_inserter(result.rows));
      }
    }
    for (std::size_t a = 0; a < arms_.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        if (of_arms[a].empty() || of_arms[b].empty()) {
          continue;
        }
        if (!is_alike(arms_[a].models.front(), arms_[b].models.front(), of_models, scored)) {
          result.notes.push_back(fmt::format("{} and {} are not compared on {}: they were shown other images", arms_[a].name,
                                             arms_[b].name, place_of(label)));
          continue;
        }
        for (ComparisonRow row : comparisons_of(of_arms[a], of_arms[b], config_.bootstrap)) {
          row.site = site_;
          row.model = arms_[a].name;
          row.baseline = arms_[b].name;
          const bool is_of_two_models = arms_[a].models.size() == 1 && arms_[b].models.size() == 1;
          if (!scored.empty() && is_of_two_models && row.metric == name_of(Metric::auroc) && row.measure == "value") {
            const ScoredImages& of_a = scored[arms_[a].models.front()];
            const ScoredImages& of_b = scored[arms_[b].models.front()];
            const auto difference = delong_difference(of_a.scores, of_b.scores, of_a.positive);
            row.p_delong = difference ? difference->p_value : not_estimable;
          }
          result.comparisons.push_back(std::move(row));
        }
      }
    }
  }

  const EvaluationConfig& config_;
  std::string site_;
  const std::vector<EvaluatedModel>& models_;
  std::vector<Arm> arms_;
  Communicator& ranks_;
  int num_threads_;
  std::vector<SiteImages> images_;
  std::vector<std::vector<Average>> averages_; ///< of each model
};

} // namespace

ClassificationResult evaluate_classification(const EvaluationConfig& config, std::vector<EvaluatedModel> models,
                                             Communicator& ranks, const ClassificationControl& control) {
  ClassificationResult result;
  const std::vector<std::string> labels = labels_of(config, models);
  const std::vector<std::string> sites = sites_of(config, models);
  std::map<std::string, std::map<std::string, double>> thresholds; // of a label, of a model
  for (EvaluatedModel& model : models) {
    for (ThresholdRow& row : calibrate_and_choose(config, model, labels, sites)) {
      thresholds[row.label][model.name] = row.threshold;
      result.thresholds.push_back(std::move(row));
    }
  }
  for (const std::string& site : config.training_sites) {
    if (std::ranges::find(sites, site) == sites.end()) {
      result.notes.push_back(fmt::format("no image of the training site '{}' is judged", site));
    }
  }
  const auto num_all = static_cast<std::int64_t>(sites.size() * labels.size());
  std::int64_t num_done = 0;
  for (const std::string& site : sites) {
    SiteJudge judge(config, site, models, labels.size(), ranks, control.num_threads);
    for (const std::string& label : labels) {
      judge.judge(label, thresholds.at(label), result);
      control.progress(++num_done, num_all);
    }
    judge.finish(result);
  }
  adjust_p_values(std::span(result.rows));
  adjust_p_values(std::span(result.comparisons));
  result.arms = arm_table(config, arms_of(models), result);
  return result;
}

} // namespace radforge
