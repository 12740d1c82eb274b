#include "radforge/models/classifier.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/densenet.hpp"
#include "radforge/models/resnet.hpp"

#include "golden.hpp"

using namespace radforge;

namespace {

std::unique_ptr<Classifier> make_golden(const std::string& name, const ParameterScope& scope) {
  if (name == "densenet_small") {
    return std::make_unique<DenseNet>(DenseNetShape{4, {2, 3}, 6, 2, 1, 5}, scope);
  }
  const bool basic = name == "resnet_basic";
  ResNetShape shape{ResidualBlock::basic, {2, 1, 1, 1}, 4, 1, 3};
  if (!basic) {
    shape = {ResidualBlock::bottleneck, {2, 1}, 4, 3, 3};
  }
  return std::make_unique<ResNet>(shape, scope);
}

} // namespace

TEST_CASE("small classifiers have torchvision's outputs and gradients in evaluation and training") {
  const std::string name = GENERATE("resnet_basic", "resnet_bottleneck", "densenet_small");
  CAPTURE(name);
  const StateDict golden = read_golden("models/" + name);
  ParameterSet parameters;
  const auto classifier = make_golden(name, ParameterScope(parameters));
  parameters.allocate(1);
  parameters.load(parameters.flat(), under(golden, "weights."));
  const at::Tensor& images = golden.at("images");

  const at::Tensor features = classifier->features(images, ForwardMode::evaluate);
  CHECK(features.size(1) == classifier->num_features());
  CHECK(relative_difference(features, golden.at("features")) < 2e-5);
  const at::Tensor output = classifier->forward(images, ForwardMode::evaluate);
  CHECK(relative_difference(output, golden.at("output")) < 2e-5);
  const at::Tensor wide = classifier->forward(golden.at("images_wide"), ForwardMode::evaluate);
  CHECK(relative_difference(wide, golden.at("output_wide")) < 2e-5);
  output.square().mean().backward();
  check_gradients(parameters, under(golden, "gradients_evaluate."), 1e-4);

  parameters.flat_gradient().zero_();
  const at::Tensor trained = classifier->forward(images, ForwardMode::train);
  CHECK(relative_difference(trained, golden.at("output_train")) < 2e-5);
  trained.square().mean().backward();
  check_gradients(parameters, under(golden, "gradients."), 1e-4);
  for (const auto& [statistic, value] : parameters.buffer_views()) {
    INFO(statistic);
    CHECK(relative_difference(value, golden.at("statistics." + statistic)) < 2e-5);
  }
}

TEST_CASE("norms folded into their convolutions give torchvision's outputs, and no training any more") {
  const std::string name = GENERATE("resnet_basic", "resnet_bottleneck", "densenet_small");
  CAPTURE(name);
  const StateDict golden = read_golden("models/" + name);
  ParameterSet parameters;
  const auto classifier = make_golden(name, ParameterScope(parameters));
  parameters.allocate_frozen();
  parameters.load(parameters.flat(), under(golden, "weights."));
  classifier->fold_norms();
  CHECK(relative_difference(classifier->forward(golden.at("images"), ForwardMode::evaluate), golden.at("output")) < 5e-5);
  CHECK_THROWS_AS(classifier->forward(golden.at("images"), ForwardMode::train), InternalError);
  CHECK_THROWS_AS(classifier->fold_norms(), InternalError);
}

TEST_CASE("channels_last images give a classifier the same outputs and gradients") {
  const std::string name = GENERATE("resnet_basic", "resnet_bottleneck", "densenet_small");
  CAPTURE(name);
  const StateDict golden = read_golden("models/" + name);
  ParameterSet parameters;
  const auto classifier = make_golden(name, ParameterScope(parameters));
  parameters.allocate(1);
  parameters.load(parameters.flat(), under(golden, "weights."));
  // An image of one channel looks the same in both layouts: its strides say which it is.
  const at::Tensor& plain = golden.at("images");
  const std::int64_t channels = plain.size(1);
  const std::int64_t width = plain.size(3);
  const at::Tensor images = plain.contiguous(at::MemoryFormat::ChannelsLast)
                                .as_strided(plain.sizes(), {channels * plain.size(2) * width, 1, channels * width, channels});
  REQUIRE(images.is_contiguous(at::MemoryFormat::ChannelsLast));
  CHECK(relative_difference(classifier->forward(images, ForwardMode::evaluate), golden.at("output")) < 2e-5);
  const at::Tensor trained = classifier->forward(images, ForwardMode::train);
  CHECK(relative_difference(trained, golden.at("output_train")) < 2e-5);
  trained.square().mean().backward();
  check_gradients(parameters, under(golden, "gradients."), 1e-4);
}

TEST_CASE("classifiers are made by name") {
  ClassifierConfig config;
  config.num_classes = 3;
  const auto [name, features, parameters_with_three_classes] =
      GENERATE(table<const char*, std::int64_t, std::int64_t>({{"densenet121", 1024, 6'950'659},
                                                               {"resnet18", 512, 11'171'779},
                                                               {"resnet34", 512, 21'279'939},
                                                               {"resnet50", 2048, 23'507'907},
                                                               {"resnet", 256, 1227875}}));
  config.architecture = name;
  ParameterSet parameters;
  CHECK(make_classifier(config, ParameterScope(parameters))->num_features() == features);
  CAPTURE(name);
  CHECK(parameters.num_parameters() == parameters_with_three_classes);
}

TEST_CASE("classifiers of a name or a shape that cannot be are refused") {
  ParameterSet parameters;
  const ParameterScope scope(parameters);
  ClassifierConfig config;
  config.architecture = "vgg16";
  CHECK_THROWS_WITH(make_classifier(config, scope), Catch::Contains("'vgg16' is not known (there are densenet121"));
  config.architecture = "resnet";
  config.num_blocks = {};
  CHECK_THROWS_AS(make_classifier(config, scope), ConfigError);
  config.num_blocks = {1, 0};
  CHECK_THROWS_AS(make_classifier(config, scope), ConfigError);
  CHECK_THROWS_AS(DenseNet(DenseNetShape{.block_config = {}}, scope), ConfigError);
  CHECK_THROWS_AS(DenseNet(DenseNetShape{.block_config = {2, 0}}, scope), ConfigError);
}
