// usage: bench_classifier_step make FOLDER ARCHITECTURE SIDE BATCH | train|infer FOLDER PRECISION BATCH STEPS cpu|cuda
//
// "make" writes a classifier of three channels and fourteen labels with initial weights under torchvision's names, and a batch of
// inputs. "train" takes the Trainer's own steps on that batch, "infer" looks at it. Prints images, seconds and the losses, or the
// outputs, as JSON.
#include "support/device.hpp"
#include "support/fixed_normals.hpp"
#include "support/timed_steps.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/models/classifier_folder.hpp"
#include "radforge/models/multiply_adds.hpp"
#include "radforge/nn/channels_last.hpp"
#include "radforge/nn/device.hpp"
#include "radforge/nn/label_loss.hpp"
#include "radforge/nn/precision.hpp"
#include "radforge/nn/state_dict.hpp"

#include "radforge/models/classifier.hpp"

#include <ATen/ops/ones.h>
#include <c10/core/GradMode.h>

#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace radforge {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t num_labels = 14;

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
  write_state_dict(folder / "batch.safetensors", {{"images", fixed_normals(1, batch, {3, side, side})},
                                                  {"labels", fixed_normals(2, batch, {num_labels}).gt(0).to(at::kFloat)}});
}

/// The classifier on one batch, again and again.
class FixedBatchTask final : public Task {
 public:
  FixedBatchTask(const fs::path& folder, const std::string& precision, PartUse use, const at::Device& device)
      : description_(read_classifier_description(folder)),
        classifier_(make_classifier(description_.config, ParameterScope(parameters_))), type_(scalar_type_of(precision)),
        use_(use), weights_{at::ones({num_labels}, device), at::ones({num_labels}, device)} {
    if (use == PartUse::trained) {
      parameters_.allocate(1, type_, device);
    } else {
      parameters_.allocate_frozen(type_, device);
    }
    parameters_.load(parameters_.flat(), read_classifier_weights(folder));
    if (use == PartUse::trained) {
      parameters_.refresh();
    } else {
      classifier_->fold_norms();
    }
    const StateDict batch = read_state_dict(folder / "batch.safetensors");
    images_ = batch.at("images").to(device);
    labels_ = batch.at("labels").to(device);
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
  double flop_per_image() const override {
    return training_multiply_adds(classifier_multiply_adds(description_.config, images_.size(2), images_.size(3)), use_).flop();
  }
  void write_result(const fs::path&, const at::Tensor&) override {}

  at::Tensor forward(const at::Tensor& images, ForwardMode mode) const {
    return classifier_->forward(channels_last(images.to(type_)), mode);
  }
  const at::Tensor& images() const { return images_; }

 private:
  ClassifierDescription description_;
  ParameterSet parameters_;
  std::unique_ptr<Classifier> classifier_;
  at::ScalarType type_;
  PartUse use_;
  LabelWeights weights_;
  at::Tensor images_;
  at::Tensor labels_;
};

nlohmann::json train(const fs::path& folder, const std::string& precision, std::int64_t batch_size, int steps,
                     const at::Device& device) {
  FixedBatchTask task(folder, precision, PartUse::trained, device);
  Batch batch;
  batch.turns.resize(static_cast<std::size_t>(batch_size));
  nlohmann::json result = timed_steps(*make_self_communicator(), task, batch, steps, device, LoopConfig().ema_decay);
  add_device(result, device, precision, task.flop_per_image());
  return result;
}

nlohmann::json infer(const fs::path& folder, const std::string& precision, std::int64_t batch_size, int steps,
                     const at::Device& device) {
  const c10::NoGradGuard no_grad;
  FixedBatchTask task(folder, precision, PartUse::forward, device);
  Stopwatch watch;
  at::Tensor outputs;
  for (int i = 0; i < warm_up_steps(device) + steps; ++i) {
    if (i == warm_up_steps(device)) {
      synchronize(device);
      watch.restart();
    }
    outputs = task.forward(task.images().narrow(0, 0, batch_size), ForwardMode::evaluate);
  }
  synchronize(device);
  nlohmann::json result = {{"images", steps * batch_size}, {"seconds", watch.seconds()}};
  outputs = outputs.to(at::kCPU).to(at::kDouble).contiguous();
  const auto* values = outputs.const_data_ptr<double>();
  result["losses"] = std::vector<double>(values, values + outputs.numel());
  add_device(result, device, precision, task.flop_per_image());
  return result;
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (!(mode == "make" && argc == 6) && !((mode == "train" || mode == "infer") && argc == 7)) {
    std::cerr << "usage: bench_classifier_step make FOLDER ARCHITECTURE SIDE BATCH | train|infer FOLDER PRECISION BATCH STEPS "
                 "cpu|cuda\n";
    return 2;
  }
  try {
    if (mode == "make") {
      radforge::make(argv[2], argv[3], std::stoll(argv[4]), std::stoll(argv[5]));
    } else {
      const auto measure = mode == "train" ? radforge::train : radforge::infer;
      std::cout << measure(argv[2], argv[3], std::stoll(argv[4]), std::stoi(argv[5]), radforge::open_device(argv[6])) << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << "bench_classifier_step: " << error.what() << '\n';
    return 1;
  }
}
