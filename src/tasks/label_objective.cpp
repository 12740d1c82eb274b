#include "label_objective.hpp"

#include "radforge/metrics/ranked_scores.hpp"
#include "radforge/nn/label_loss.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace radforge {

namespace {

/// Labels of the training images, added up by name.
struct LabelCounts {
  std::vector<double> positive;
  std::vector<double> negative;
  double sum = 0; ///< of the first name's values, and of their squares
  double sum_squares = 0;
};

LabelCounts count_labels(const TargetLabels& target, const Mixture& data) {
  const std::size_t num_names = target.names().size();
  LabelCounts counts{std::vector<double>(num_names), std::vector<double>(num_names)};
  for (const SamplerSource& source : data.training()) {
    for (const std::int64_t id : source.ids) {
      const std::vector<float> labels = target.of(data, id);
      for (std::size_t i = 0; i < num_names; ++i) {
        if (!std::isnan(labels[i])) {
          (labels[i] > 0.5F ? counts.positive : counts.negative)[i] += 1;
        }
      }
      if (!std::isnan(labels[0])) {
        counts.sum += labels[0];
        counts.sum_squares += static_cast<double>(labels[0]) * labels[0];
      }
    }
  }
  return counts;
}

at::Tensor tensor_of(const std::vector<double>& values) {
  at::Tensor tensor = at::ones({static_cast<std::int64_t>(values.size())});
  std::ranges::transform(values, tensor.mutable_data_ptr<float>(), [](double value) { return static_cast<float>(value); });
  return tensor;
}

/// A column of N x num_columns, without what is unknown.
struct KnownColumn {
  std::vector<double> scores;
  std::vector<std::uint8_t> positive;

  template <class Score>
  KnownColumn(std::span<const float> labels, std::size_t num_columns, std::size_t column, const Score& score) {
    for (std::size_t row = 0; row < labels.size() / num_columns; ++row) {
      if (const float label = labels[row * num_columns + column]; !std::isnan(label)) {
        scores.push_back(score(row));
        positive.push_back(label > 0.5F ? 1 : 0);
      }
    }
  }
};

bool all_finite(std::span<const double> values) {
  return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

/// Means over what there is.
class Mean {
 public:
  void add(const std::optional<double>& value) {
    sum_ += value.value_or(0);
    count_ += value ? 1 : 0;
  }
  void append_to(std::vector<Metric>& metrics, const std::string& name) const {
    if (count_ > 0) {
      metrics.push_back({name, sum_ / count_});
    }
  }

 private:
  double sum_ = 0;
  double count_ = 0;
};

/// Findings, each on its own.
class FindingsObjective final : public LabelObjective {
 public:
  FindingsObjective(const TargetLabels& target, const ClassifierLossConfig& config, const Mixture& data, at::Device device)
      : names_(target.names()), smoothing_(config.label_smoothing) {
    const auto num_names = static_cast<std::int64_t>(names_.size());
    weights_ = {at::ones({num_names}), at::ones({num_names})};
    if (config.class_weights == "balanced") {
      LabelCounts counts = count_labels(target, data);
      for (std::size_t i = 0; i < names_.size(); ++i) {
        const double half = (counts.positive[i] + counts.negative[i]) / 2;
        counts.positive[i] = counts.positive[i] > 0 ? half / counts.positive[i] : 1;
        counts.negative[i] = counts.negative[i] > 0 ? half / counts.negative[i] : 1;
      }
      weights_ = {tensor_of(counts.positive), tensor_of(counts.negative)};
    }
    weights_ = {weights_.positive.to(device), weights_.negative.to(device)};
  }

  at::Tensor loss(const at::Tensor& outputs, const at::Tensor& labels) const override {
    return binary_label_loss(outputs, labels, weights_, smoothing_);
  }

  std::vector<Metric> metrics(std::span<const double> outputs, std::span<const float> labels) const override {
    std::vector<Metric> metrics;
    if (!all_finite(outputs)) {
      return metrics;
    }
    const std::size_t num_names = names_.size();
    Mean area;
    Mean precision;
    std::vector<Metric> by_name;
    for (std::size_t i = 0; i < num_names; ++i) {
      const KnownColumn column(labels, num_names, i, [&](std::size_t row) { return outputs[row * num_names + i]; });
      const RankedScores ranked(column.scores, column.positive);
      const std::optional<double> of_name = auroc(ranked);
      area.add(of_name);
      precision.add(of_name ? average_precision(ranked) : std::nullopt);
      if (of_name) {
        by_name.push_back({"validation_auroc_" + names_[i], *of_name});
      }
    }
    area.append_to(metrics, "validation_auroc");
    precision.append_to(metrics, "validation_average_precision");
    metrics.insert(metrics.end(), by_name.begin(), by_name.end());
    return metrics;
  }

 private:
  std::vector<std::string> names_;
  double smoothing_;
  LabelWeights weights_;
};

/// One class of several.
class ClassObjective final : public LabelObjective {
 public:
  ClassObjective(const TargetLabels& target, const ClassifierLossConfig& config, const Mixture& data, at::Device device)
      : num_classes_(target.names().size()), smoothing_(config.label_smoothing),
        weights_(at::ones({static_cast<std::int64_t>(num_classes_)})) {
    if (config.class_weights == "balanced") {
      std::vector<double> counts = count_labels(target, data).positive;
      double total = 0;
      for (const double count : counts) {
        total += count;
      }
      for (double& count : counts) {
        count = total / (static_cast<double>(num_classes_) * count);
      }
      weights_ = tensor_of(counts);
    }
    weights_ = weights_.to(device);
  }

  at::Tensor loss(const at::Tensor& outputs, const at::Tensor& labels) const override {
    const at::Tensor known = labels.select(1, 0).isnan().logical_not();
    return class_loss(outputs, at::where(known, labels.nan_to_num().argmax(1), -1), weights_, smoothing_);
  }

  // With two classes both have the same area, that of the difference of their outputs. With more it is each one's against all
  // others, by its share of the probability.
  std::vector<Metric> metrics(std::span<const double> outputs, std::span<const float> labels) const override {
    std::vector<Metric> metrics;
    if (!all_finite(outputs)) {
      return metrics;
    }
    Mean accuracy;
    for (std::size_t row = 0; row < labels.size() / num_classes_; ++row) {
      const auto truth = labels.subspan(row * num_classes_, num_classes_);
      const auto said = outputs.subspan(row * num_classes_, num_classes_);
      if (!std::isnan(truth[0])) {
        accuracy.add(truth[static_cast<std::size_t>(std::ranges::max_element(said) - said.begin())]);
      }
    }
    Mean area;
    for (std::size_t i = 0; i < num_classes_; ++i) {
      const KnownColumn column(labels, num_classes_, i, [&](std::size_t row) {
        double others = 0;
        for (std::size_t other = 0; other < num_classes_; ++other) {
          others += other == i ? 0 : std::exp(outputs[row * num_classes_ + other] - outputs[row * num_classes_ + i]);
        }
        return -std::log(std::max(others, std::numeric_limits<double>::min()));
      });
      area.add(auroc(RankedScores(column.scores, column.positive)));
    }
    accuracy.append_to(metrics, "validation_accuracy");
    area.append_to(metrics, "validation_auroc");
    return metrics;
  }

 private:
  std::size_t num_classes_;
  double smoothing_;
  at::Tensor weights_;
};

/// A number, learned in deviations from its mean over the training images.
class ValueObjective final : public LabelObjective {
 public:
  ValueObjective(const TargetLabels& target, const Mixture& data) {
    const LabelCounts counts = count_labels(target, data);
    const double count = counts.positive[0] + counts.negative[0];
    offset_ = counts.sum / count;
    scale_ = std::sqrt(std::max(counts.sum_squares / count - offset_ * offset_, 0.0));
  }

  double value_offset() const override { return offset_; }
  double value_scale() const override { return scale_; }

  at::Tensor loss(const at::Tensor& outputs, const at::Tensor& labels) const override {
    return value_loss(outputs, labels.select(1, 0).sub(offset_).div(scale_));
  }

  std::vector<Metric> metrics(std::span<const double> outputs, std::span<const float> labels) const override {
    Mean error;
    for (std::size_t row = 0; row < labels.size(); ++row) {
      if (!std::isnan(labels[row])) {
        error.add(std::abs(offset_ + scale_ * outputs[row] - static_cast<double>(labels[row])));
      }
    }
    std::vector<Metric> metrics;
    error.append_to(metrics, "validation_mean_absolute_error");
    return metrics;
  }

 private:
  double offset_ = 0;
  double scale_ = 1;
};

} // namespace

std::unique_ptr<LabelObjective> make_objective(const TargetLabels& target, const ClassifierLossConfig& config,
                                               const Mixture& data, at::Device device) {
  switch (target.kind()) {
  case TargetKind::labels:
    return std::make_unique<FindingsObjective>(target, config, data, device);
  case TargetKind::classes:
    return std::make_unique<ClassObjective>(target, config, data, device);
  case TargetKind::value:
    return std::make_unique<ValueObjective>(target, data);
  }
  return nullptr;
}

} // namespace radforge
