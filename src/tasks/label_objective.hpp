#pragma once

#include "radforge/config/classifier_run_config.hpp"
#include "radforge/data/target_labels.hpp"
#include "radforge/run/metric_log.hpp"

#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// How what a classifier says is held against what is known, for one kind of target. Labels are N x names, NaN where unknown.
class LabelObjective {
 public:
  virtual ~LabelObjective() = default;
  /// The sum over images; what is unknown adds nothing.
  virtual at::Tensor loss(const at::Tensor& outputs, const at::Tensor& labels) const = 0;
  /// Of all images of validation; a metric that the labels do not define is left out.
  virtual std::vector<Metric> metrics(std::span<const double> outputs, std::span<const float> labels) const = 0;
  /// Of the network's output: value = offset + scale * output.
  virtual double value_offset() const { return 0; }
  virtual double value_scale() const { return 1; }
};

/// Losses are taken of tensors on `device`.
std::unique_ptr<LabelObjective> make_objective(const TargetLabels& target, const ClassifierLossConfig& config,
                                               const Mixture& data, at::Device device);

} // namespace radforge
