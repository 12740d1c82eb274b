#include "radforge/tasks/classifier_task.hpp"

#include "task_fixture.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/classifier_folder.hpp"
#include "radforge/models/trained_classifier.hpp"
#include "radforge/nn/state_dict.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <string>
#include <tuple>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

struct Fixture {
  Fixture() {
    write_tiny_dataset(folder / "data", 48, TinyLabels::varied);
    config.data.sources = {{.dataset = folder / "data"}};
    config.classifier.num_blocks = {1, 1};
    config.classifier.width = 8;
    dataset.emplace(config.data);
  }
  ClassifierTask task() const { return {config, *dataset, TargetLabels(config.target, *dataset)}; }
  Batch training() const { return batch_of(*dataset, {0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14}); }

  /// Plain gradient steps; the losses.
  std::vector<double> learn(ClassifierTask& of, int num_steps, double rate) const {
    std::vector<double> losses;
    for (int step = 0; step < num_steps; ++step) {
      of.parameters().flat_gradient().zero_();
      losses.push_back(of.accumulate(training(), 12).loss);
      of.parameters().flat().sub_(of.parameters().flat_gradient(), rate);
    }
    return losses;
  }
  std::vector<Metric> metrics(ClassifierTask& of) const {
    const PartLoss part = of.validate(batch_of(*dataset, dataset->validation()));
    return of.metrics_of_outputs(dataset->validation(), part.outputs);
  }

  TempFolder folder;
  ClassifierRunConfig config;
  std::optional<Mixture> dataset;
};

double value_of(const std::vector<Metric>& metrics, const std::string& name) {
  for (const Metric& metric : metrics) {
    if (metric.name == name) {
      return metric.value;
    }
  }
  FAIL("no metric " << name);
  return 0;
}

} // namespace

TEST_CASE_METHOD(Fixture, "each kind of target is learned, and validation says so") {
  const std::string label = GENERATE("findings", "sex", "age");
  INFO(label);
  config.target.label = label;
  ClassifierTask of = task();
  const std::vector<double> losses = learn(of, 40, 0.05);
  CHECK(losses.back() < 0.5 * losses.front());
  for (int i = 0; i < 20; ++i) { // norms reach the statistics of these images
    of.accumulate(training(), 12);
  }
  const std::vector<Metric> found = metrics(of);
  if (label == "age") {
    CHECK(value_of(found, "validation_mean_absolute_error") < 10);
  } else {
    CHECK(value_of(found, "validation_auroc") == 1);
  }
  if (label == "sex") {
    CHECK(value_of(found, "validation_accuracy") == 1);
  }
}

TEST_CASE_METHOD(Fixture, "in bf16 a classifier learns the same but for rounding") {
  config.target.label = "sex";
  ClassifierTask reference = task();
  config.train.precision = "bf16";
  ClassifierTask of = task();
  const double loss = reference.accumulate(training(), 12).loss;
  CHECK(of.accumulate(training(), 12).loss == Approx(loss).epsilon(0.03));
  const at::Tensor& expected = reference.parameters().flat_gradient();
  CHECK(of.parameters().flat_gradient().sub(expected).norm().item<double>() < 0.2 * expected.norm().item<double>());
  CHECK(of.parameters().flat_buffers().sub(reference.parameters().flat_buffers()).abs().max().item<double>() < 0.05);
  CHECK(of.validate(training()).loss == Approx(reference.validate(training()).loss).epsilon(0.05));
}

TEST_CASE_METHOD(Fixture, "labels that are all unknown give a loss of zero and no gradient") {
  config.target.names = {"Bright", "Never"};
  ClassifierTask of = task();
  of.parameters().flat_gradient().zero_();
  CHECK(of.accumulate(batch_of(*dataset, {0, 5, 10}), 3).loss == 0); // of Bright, every fifth is unknown
  CHECK(of.parameters().flat_gradient().abs().max().item<double>() == 0);
}

TEST_CASE_METHOD(Fixture, "what training cannot tell apart is told before it begins") {
  config.target.names = {"Bright", "Never"};
  CHECK_THAT(TargetLabels(config.target, *dataset).notes().at(0), Contains("Never is unknown"));
  config.target.names = {"Never"};
  CHECK_THROWS_WITH(TargetLabels(config.target, *dataset), Contains("nothing to tell apart"));
  config.target.names = {"Mass"};
  CHECK_THROWS_WITH(TargetLabels(config.target, *dataset), Contains("no finding 'Mass' (they have Bright, Dim, Never)"));
  config.target = {.label = "view", .names = {}};
  CHECK_THROWS_WITH(TargetLabels(config.target, *dataset), Contains("of view PA only"));
  config.target = {.label = "view", .names = {"PA", "AP"}};
  CHECK_THROWS_WITH(TargetLabels(config.target, *dataset), Contains("no training image is of view AP"));
}

TEST_CASE_METHOD(Fixture, "a result is looked through as it was validated, and trained on") {
  config.target.label = "age";
  ClassifierTask first = task();
  learn(first, 5, 0.05);
  first.write_result(folder / "result", first.parameters().flat());
  const TrainedClassifier trained(folder / "result");
  CHECK(trained.description().names == std::vector<std::string>{"age"});
  const Batch batch = training();
  auto* pixels = const_cast<std::uint8_t*>(batch.values.data());
  const at::Tensor years = trained.forward(at::from_blob(pixels, {12, 16, 16, 1}, at::kByte));
  const std::vector<double> outputs = first.validate(batch).outputs;
  for (std::int64_t i = 0; i < 12; ++i) {
    const double expected =
        trained.description().value_offset + trained.description().value_scale * outputs[static_cast<std::size_t>(i)];
    CHECK(years[i][0].item<double>() == Approx(expected).epsilon(1e-5));
  }

  config.weights = folder / "result"; // the same target: all of it
  ClassifierTask again = task();
  CHECK(again.notes().empty());
  CHECK(again.validate(batch).loss == Approx(first.validate(batch).loss));

  config.target.label = "sex"; // another one: the head begins anew
  ClassifierTask other = task();
  CHECK_THAT(other.notes().at(0), Contains("tells age: the head begins anew"));
  const StateDict before = first.parameters().views(first.parameters().flat());
  const StateDict after = other.parameters().views(other.parameters().flat());
  CHECK(at::equal(before.at("layer2.0.conv1.weight"), after.at("layer2.0.conv1.weight")));
  CHECK(after.at("fc.weight").size(0) == 2);

  config.weights = folder / "result/classifier/model.safetensors"; // a file without names
  CHECK_THAT(task().notes().at(0), Contains("comes without names"));
  config.classifier.width = 16;
  CHECK_THROWS_AS(task(), DataError);
  config.weights = folder / "data";
  CHECK_THROWS_WITH(task(), Contains("no classifier is in it"));
}

TEST_CASE_METHOD(Fixture, "files of ImageNet's and torchxrayvision's weights are a start") {
  // As torchvision saves a thousand classes of three channels, and torchxrayvision eighteen of one.
  const auto [prefix, channels, classes, extra] = GENERATE(std::tuple("", 3, 1000, "bn1.num_batches_tracked"), //
                                                           std::tuple("model.", 1, 18, "op_threshs"));
  INFO(extra);
  config.classifier = {.architecture = "resnet18", .in_channels = channels, .num_classes = classes};
  ParameterSet parameters;
  const auto network = make_classifier(config.classifier, ParameterScope(parameters));
  parameters.allocate(7);
  StateDict saved{{extra, at::zeros({classes})}};
  for (const StateDict& part : {parameters.views(parameters.flat()), parameters.buffer_views()}) {
    for (const auto& [name, tensor] : part) {
      saved[prefix + name] = tensor;
    }
  }
  write_state_dict(folder / "published.safetensors", saved);

  config.classifier.num_classes = 0;
  config.classifier.normalization = channels == 3 ? "imagenet" : "torchxrayvision";
  config.target.label = "sex";
  config.weights = folder / "published.safetensors";
  ClassifierTask of = task();
  CHECK_THAT(of.notes().at(0), Contains("the head begins anew"));
  const StateDict weights = of.parameters().views(of.parameters().flat());
  CHECK(at::equal(weights.at("layer4.1.conv2.weight"), saved.at(prefix + std::string("layer4.1.conv2.weight"))));
  CHECK(weights.at("fc.weight").size(0) == 2);
  CHECK(std::isfinite(of.validate(training()).loss));
}

TEST_CASE_METHOD(Fixture, "stages learn at their own rates, and frozen ones not at all") {
  config.stages.learning_rate_decay = 0.5;
  ClassifierTask all = task();
  std::vector<double> scales;
  for (const ParameterGroup& group : all.groups()) {
    scales.push_back(group.learning_rate_scale);
  }
  CHECK(scales == std::vector<double>{0.125, 0.125, 0.25, 0.5, 1}); // conv1, bn1, layer1, layer2, fc

  config.stages.frozen = 2;
  CHECK_THROWS_WITH(task(), Contains("without weights"));
  all.write_result(folder / "result", all.parameters().flat());
  config.weights = folder / "result";
  ClassifierTask frozen = task();
  CHECK(frozen.groups().size() == 2);
  const at::Tensor state = frozen.parameters().flat_buffers().clone();
  frozen.parameters().flat_gradient().zero_();
  frozen.accumulate(training(), 12);
  const StateDict gradient = frozen.parameters().views(frozen.parameters().flat_gradient());
  CHECK(gradient.at("conv1.weight").abs().max().item<double>() == 0);
  CHECK(gradient.at("layer1.0.conv1.weight").abs().max().item<double>() == 0);
  CHECK(gradient.at("layer2.0.conv1.weight").abs().max().item<double>() > 0);
  const StateDict statistics = frozen.parameters().buffer_views();
  CHECK(statistics.at("bn1.running_var").sub(1).abs().max().item<double>() == 0);
  CHECK(statistics.at("layer2.0.bn1.running_var").sub(1).abs().max().item<double>() > 0);

  config.stages.frozen = 4;
  CHECK_THROWS_WITH(task(), Contains("of 4 stages"));
}

TEST_CASE_METHOD(Fixture, "balanced weights let rare labels count as much") {
  config.target.label = "sex";
  config.target.names = {"M", "F"};
  config.loss.class_weights = "balanced";
  ClassifierTask of = task(); // 24 M, 12 F in training: 36 / (2 * 24), 36 / (2 * 12)
  config.loss.class_weights = "none";
  ClassifierTask plain = task();
  const double male = of.validate(batch_of(*dataset, {1})).loss / plain.validate(batch_of(*dataset, {1})).loss;
  const double female = of.validate(batch_of(*dataset, {0})).loss / plain.validate(batch_of(*dataset, {0})).loss;
  CHECK(male == Approx(0.75));
  CHECK(female == Approx(1.5));
}

TEST_CASE_METHOD(Fixture, "a classifier that does not fit its data is refused") {
  config.classifier.num_classes = 5;
  CHECK_THROWS_WITH(task(), Contains("num_classes is 5 and the target has 3"));
  config.classifier.num_classes = 0;
  config.classifier.architecture = "densenet121";
  CHECK_THROWS_WITH(task(), Contains("images have 16 x 16"));
  config.classifier.architecture = "vgg";
  CHECK_THROWS_AS(task(), ConfigError);
}
