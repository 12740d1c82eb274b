#pragma once

#include "radforge/config/classifier_run_config.hpp"
#include "radforge/data/mixture.hpp"
#include "radforge/data/target_labels.hpp"
#include "radforge/models/classifier.hpp"
#include "radforge/train/task.hpp"

#include <memory>
#include <string>
#include <vector>

namespace radforge {

class LabelObjective;

/// Trains an image classifier: findings with masked binary cross-entropy, one class of several, or an age.
class ClassifierTask : public Task {
 public:
  /// The data outlive the task. Errors: ConfigError when model, weights and images do not fit, or the data hold none; DataError
  /// (weights of another network), IoError.
  ClassifierTask(const ClassifierRunConfig& config, const Mixture& data, TargetLabels target, at::Device device = at::kCPU);
  ~ClassifierTask() override;

  /// What became of the weights to start from: sentences for people.
  const std::vector<std::string>& notes() const { return notes_; }

  ParameterSet& parameters() override { return parameters_; }
  std::vector<ParameterGroup> groups() override;
  StepInputs inputs(const Batch& batch, Purpose purpose) override;
  StepLoss loss(const StepInputs& inputs, Purpose purpose, std::int64_t step) override;
  PartLoss report(const Batch& batch, Purpose purpose, const at::Tensor& values) override;
  std::size_t num_outputs() const override;
  std::vector<Metric> metrics_of_outputs(std::span<const std::int64_t> ids, std::span<const double> outputs) const override;
  double flop_per_image() const override;
  /// `folder`/classifier.
  void write_result(const std::filesystem::path& folder, const at::Tensor& weights) override;

 private:
  void load_weights();
  at::Tensor images_of(const Batch& batch) const;
  at::Tensor labels_of(const Batch& batch) const;

  ClassifierRunConfig config_;
  const Mixture& data_;
  TargetLabels target_;
  std::unique_ptr<LabelObjective> objective_;
  ParameterSet parameters_;
  std::unique_ptr<Classifier> classifier_;
  std::vector<std::string> notes_;
};

} // namespace radforge
