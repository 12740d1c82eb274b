#include "radforge/tasks/classifier_task.hpp"

#include "image_tensor.hpp"
#include "label_objective.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/classifier_folder.hpp"
#include "radforge/models/classifier_input.hpp"
#include "radforge/models/classifier_weights.hpp"
#include "radforge/models/multiply_adds.hpp"
#include "radforge/models/pickle_file.hpp"
#include "radforge/nn/channels_last.hpp"
#include "radforge/nn/device_copy.hpp"
#include "radforge/nn/precision.hpp"
#include "radforge/nn/state_dict.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace radforge {

namespace fs = std::filesystem;

namespace {

bool is_of(const std::string& name, const std::vector<std::string>& prefixes) {
  return std::ranges::any_of(prefixes, [&](const std::string& prefix) { return name.starts_with(prefix); });
}

} // namespace

ClassifierTask::ClassifierTask(const ClassifierRunConfig& config, const Mixture& data, TargetLabels target, at::Device device)
    : config_(config), data_(data), target_(std::move(target)), objective_(make_objective(target_, config.loss, data, device)) {
  const DatasetSchema& schema = data.schema();
  if (schema.kind != ValueKind::images) {
    throw ConfigError("classifier: the data hold {} (it looks at images). Name a data set of images", name_of(schema.kind));
  }
  if (schema.channels != 1 && schema.channels != config.classifier.in_channels) {
    throw ConfigError(
        "classifier.in_channels is {} and the images have {} channels (only a grey one is repeated) make them equal",
        config.classifier.in_channels, schema.channels);
  }
  constexpr int least_side = 32; // five halvings
  if (config.classifier.architecture == "densenet121" && std::min(schema.height, schema.width) < least_side) {
    throw ConfigError(
        "classifier.architecture is densenet121 and the images have {} x {} (it halves them five times) prepare larger "
        "ones, or take a resnet",
        schema.height, schema.width);
  }
  const auto num_names = static_cast<std::int64_t>(target_.names().size());
  if (config.classifier.num_classes != 0 && config.classifier.num_classes != num_names) {
    throw ConfigError("classifier.num_classes is {} and the target has {} ({}) leave num_classes out",
                      config.classifier.num_classes, num_names, fmt::join(target_.names(), ", "));
  }
  config_.classifier.num_classes = num_names;
  classifier_ = make_classifier(config_.classifier, ParameterScope(parameters_));
  const auto num_stages = static_cast<std::int64_t>(classifier_->stages().size());
  if (config.stages.frozen >= num_stages) {
    throw ConfigError("stages.frozen is {} of {} stages (the head at least must learn) freeze fewer", config.stages.frozen,
                      num_stages);
  }
  parameters_.allocate(static_cast<std::uint64_t>(config.seed), scalar_type_of(config.train.precision), device);
  load_weights();
}

ClassifierTask::~ClassifierTask() = default;

void ClassifierTask::load_weights() {
  if (config_.weights.empty()) {
    if (config_.stages.frozen > 0) {
      throw ConfigError("stages.frozen is {} without weights (random stages would never learn) name the weights to start from",
                        config_.stages.frozen);
    }
    return;
  }
  const fs::path source = config_.weights;
  StateDict weights;
  std::vector<std::string> names; // of the head's outputs, where known
  if (fs::is_directory(source)) {
    const fs::path result = find_classifier(source);
    const ClassifierDescription from = read_classifier_description(result);
    if (from.config.normalization != config_.classifier.normalization) {
      throw ConfigError("classifier.normalization is {} and {} was trained with {} (its first layer expects that) set it so",
                        config_.classifier.normalization, source.string(), from.config.normalization);
    }
    weights = read_classifier_weights(result);
    names = from.names;
  } else {
    require_safetensors(source);
    weights = to_torchvision_names(read_state_dict(source), source.string());
  }
  const std::vector<std::string> head = classifier_->stages().back();
  if (names != target_.names()) {
    for (const auto& [name, tensor] : parameters_.views(parameters_.flat())) {
      if (is_of(name, head)) {
        weights[name] = tensor.clone();
      }
    }
    notes_.push_back(names.empty() ? fmt::format("{} comes without names of its outputs: the head begins anew", source.string())
                                   : fmt::format("{} tells {}: the head begins anew", source.string(), fmt::join(names, ", ")));
  }
  parameters_.load(parameters_.flat(), weights, "", source.string());
  parameters_.refresh();
}

std::vector<ParameterGroup> ClassifierTask::groups() {
  std::vector<ParameterGroup> groups;
  const std::vector<std::vector<std::string>> stages = classifier_->stages();
  for (auto stage = static_cast<std::size_t>(config_.stages.frozen); stage < stages.size(); ++stage) {
    const auto to_head = static_cast<double>(stages.size() - 1 - stage);
    for (const std::string& prefix : stages[stage]) {
      groups.push_back(
          {.range = parameters_.range(prefix), .learning_rate_scale = std::pow(config_.stages.learning_rate_decay, to_head)});
    }
  }
  return groups;
}

at::Tensor ClassifierTask::images_of(const Batch& batch) const {
  const at::Tensor images =
      classifier_input(copied_to(image_bytes(batch, data_.schema()), parameters_.device()), config_.classifier);
  return channels_last(images.to(scalar_type_of(config_.train.precision)));
}

at::Tensor ClassifierTask::labels_of(const Batch& batch) const {
  const auto num_names = static_cast<std::int64_t>(target_.names().size());
  at::Tensor labels = at::empty({static_cast<std::int64_t>(batch.turns.size()), num_names}, at::kFloat);
  auto* out = labels.mutable_data_ptr<float>();
  for (const SampleTurn& turn : batch.turns) {
    out = std::ranges::copy(target_.of(data_, turn.id), out).out;
  }
  return copied_to(labels, parameters_.device());
}

StepInputs ClassifierTask::inputs(const Batch& batch, Purpose /*purpose*/) { return {images_of(batch), labels_of(batch)}; }

StepLoss ClassifierTask::loss(const StepInputs& inputs, Purpose purpose, std::int64_t /*step*/) {
  const bool trains = purpose == Purpose::training;
  const at::Tensor outputs =
      classifier_->forward(inputs[0], trains ? ForwardMode::train : ForwardMode::evaluate, trains ? config_.stages.frozen : 0);
  const at::Tensor loss = objective_->loss(outputs, inputs[1]);
  // The loss, and behind it what the network says of each image.
  return {loss, at::cat({loss.detach().to(at::kDouble).view(1), outputs.detach().to(at::kDouble).flatten()})};
}

PartLoss ClassifierTask::report(const Batch& /*batch*/, Purpose purpose, const at::Tensor& values) {
  const auto* first = values.const_data_ptr<double>();
  PartLoss part{.loss = *first};
  if (purpose == Purpose::validation) {
    part.outputs.assign(first + 1, first + values.numel());
  }
  return part;
}

std::size_t ClassifierTask::num_outputs() const { return target_.names().size(); }

std::vector<Metric> ClassifierTask::metrics_of_outputs(std::span<const std::int64_t> ids, std::span<const double> outputs) const {
  std::vector<float> labels;
  for (const std::int64_t id : ids) {
    std::ranges::copy(target_.of(data_, id), std::back_inserter(labels));
  }
  return objective_->metrics(outputs, labels);
}

double ClassifierTask::flop_per_image() const {
  const DatasetSchema& schema = data_.schema();
  return training_multiply_adds(classifier_multiply_adds(config_.classifier, schema.height, schema.width), PartUse::trained)
      .flop();
}

void ClassifierTask::write_result(const fs::path& folder, const at::Tensor& weights) {
  StateDict state = parameters_.views(weights);
  state.merge(parameters_.buffer_views());
  write_classifier(folder,
                   {.config = config_.classifier,
                    .label = target_.label(),
                    .names = target_.names(),
                    .image_size = data_.schema().height,
                    .value_offset = objective_->value_offset(),
                    .value_scale = objective_->value_scale()},
                   state);
}

} // namespace radforge
