// usage: bench_classifier_step make FOLDER ARCHITECTURE SIDE BATCH | train|infer FOLDER PRECISION BATCH STEPS
//
// "make" writes a classifier of three channels and fourteen labels with initial weights under torchvision's names, and a batch of
// inputs. "train" takes the Trainer's own steps on that batch, "infer" looks at it. Prints images, seconds and the losses, or the
// outputs, as JSON.
#include "../src/train/train_step.hpp"

#include "radforge/config/train_config.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/models/classifier_folder.hpp"
#include "radforge/models/multiply_adds.hpp"
#include "radforge/nn/channels_last.hpp"
#include "radforge/nn/keyed_random.hpp"
#include "radforge/nn/label_loss.hpp"
#include "radforge/nn/precision.hpp"
#include "radforge/nn/state_dict.hpp"

#include "radforge/models/classifier.hpp"

#include <ATen/ops/ones.h>
#include <c10/core/GradMode.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace radforge {
namespace {

namespace fs = std::filesystem;

constexpr int warm_up_steps = 2;
constexpr std::int64_t num_labels = 14;

at::Tensor normals(std::uint64_t id, std::int64_t batch, const std::vector<std::int64_t>& shape) {
  std::vector<RandomKey> keys;
  for (std::int64_t i = 0; i < batch; ++i) {
    keys.push_back({7, Stream::noise, id, static_cast<std::uint32_t>(i)});
  }
  return keyed_normals(keys, shape);
}

void make(const fs::path& folder, const std::string& architecture, std::int64_t side, std::int64_t batch) {
  ClassifierDescription description;
  description.config = {.architecture = architecture, .in_channels = 3, .num_classes = num_labels};
  description.label = "findings";
  for (std::int64_t i = 0; i < num_labels; ++i) {
    description.names.push_back("label" + std::to_string(i));
  }
  description.image_size = side;
  ParameterSet parameters;
  const auto classifier = make_classifier(description.config, ParameterScope(parameters));
  parameters.allocate(1);
  StateDict weights = parameters.views(parameters.flat());
  weights.merge(parameters.buffer_views());
  write_classifier(folder, description, weights);
  write_state_dict(folder / "batch.safetensors", {{"images", normals(1, batch, {3, side, side})},
                                                  {"labels", normals(2, batch, {num_labels}).gt(0).to(at::kFloat)}});
}

/// The classifier on one batch, again and again.
class FixedBatchTask final : public Task {
 public:
  FixedBatchTask(const fs::path& folder, const std::string& precision, PartUse use)
      : classifier_(make_classifier(read_classifier_description(folder).config, ParameterScope(parameters_))),
        type_(scalar_type_of(precision)) {
    if (use == PartUse::trained) {
      parameters_.allocate(1, type_);
    } else {
      parameters_.allocate_frozen(type_);
    }
    parameters_.load(parameters_.flat(), read_classifier_weights(folder));
    if (use == PartUse::trained) {
      parameters_.refresh();
    } else {
      classifier_->fold_norms();
    }
    const StateDict batch = read_state_dict(folder / "batch.safetensors");
    images_ = batch.at("images");
    labels_ = batch.at("labels");
  }

  ParameterSet& parameters() override { return parameters_; }

  StepInputs inputs(const Batch& batch, Purpose) override {
    const std::int64_t count = std::ssize(batch.turns);
    return {images_.narrow(0, 0, count), labels_.narrow(0, 0, count)};
  }
  StepLoss loss(const StepInputs& inputs, Purpose, std::int64_t) override {
    const at::Tensor total = binary_label_loss(forward(inputs[0], ForwardMode::train), inputs[1], weights_);
    return {total, total.detach()};
  }
  PartLoss report(const Batch&, Purpose, const at::Tensor& values) override { return {.loss = values.item<double>()}; }
  void write_result(const fs::path&, const at::Tensor&) override {}

  at::Tensor forward(const at::Tensor& images, ForwardMode mode) const {
    return classifier_->forward(channels_last(images.to(type_)), mode);
  }
  const at::Tensor& images() const { return images_; }

 private:
  ParameterSet parameters_;
  std::unique_ptr<Classifier> classifier_;
  at::ScalarType type_;
  LabelWeights weights_{at::ones({num_labels}), at::ones({num_labels})};
  at::Tensor images_;
  at::Tensor labels_;
};

nlohmann::json train(const fs::path& folder, const std::string& precision, std::int64_t batch_size, int steps) {
  FixedBatchTask task(folder, precision, PartUse::trained);
  LoopConfig loop;
  loop.batch_size = batch_size;
  loop.steps = 1000;
  OptimizerConfig config;
  config.learning_rate = 1e-4;
  config.schedule = "constant";
  config.warmup_steps = 0;
  const auto ranks = make_self_communicator();
  Optimizer optimizer(config, loop.ema_decay, task.parameters(), task.groups(), {0, task.parameters().flat().numel()});
  TrainStep step(loop, config, *ranks, task, optimizer);
  Batch batch;
  batch.turns.resize(static_cast<std::size_t>(batch_size));
  std::vector<double> losses;
  Stopwatch watch;
  for (int i = 0; i < warm_up_steps + steps; ++i) {
    if (i == warm_up_steps) {
      watch.restart();
    }
    losses.push_back(step.run(i, batch, {}).verdict.loss);
  }
  return {{"images", steps * batch_size}, {"seconds", watch.seconds()}, {"losses", losses}};
}

nlohmann::json infer(const fs::path& folder, const std::string& precision, std::int64_t batch_size, int steps) {
  const c10::NoGradGuard no_grad;
  FixedBatchTask task(folder, precision, PartUse::forward);
  Stopwatch watch;
  at::Tensor outputs;
  for (int i = 0; i < warm_up_steps + steps; ++i) {
    if (i == warm_up_steps) {
      watch.restart();
    }
    outputs = task.forward(task.images().narrow(0, 0, batch_size), ForwardMode::evaluate);
  }
  const double seconds = watch.seconds();
  outputs = outputs.to(at::kDouble).contiguous();
  const auto* values = outputs.const_data_ptr<double>();
  return {
      {"images", steps * batch_size}, {"seconds", seconds}, {"losses", std::vector<double>(values, values + outputs.numel())}};
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  const std::string mode = argc == 6 ? argv[1] : "";
  if (mode != "make" && mode != "train" && mode != "infer") {
    std::cerr << "usage: bench_classifier_step make FOLDER ARCHITECTURE SIDE BATCH | train|infer FOLDER PRECISION BATCH STEPS\n";
    return 2;
  }
  try {
    if (mode == "make") {
      radforge::make(argv[2], argv[3], std::stoll(argv[4]), std::stoll(argv[5]));
    } else {
      const auto measure = mode == "train" ? radforge::train : radforge::infer;
      std::cout << measure(argv[2], argv[3], std::stoll(argv[4]), std::stoi(argv[5])) << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << "bench_classifier_step: " << error.what() << '\n';
    return 1;
  }
}
