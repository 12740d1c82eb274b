#include "radforge/models/classifier.hpp"

#include "keyed_weights.hpp"

#include <ATen/Parallel.h>

using namespace radforge;

namespace {

constexpr std::uint64_t seed = 51;
constexpr double shift = 3; // away from the rectifier's corner: see the script that made the values

at::Tensor golden_images(const at::Tensor& number, std::int64_t count, std::int64_t channels) {
  return keyed_input(seed, 2 + number.item<std::int64_t>(), {count, channels, 64, 64});
}

void compare(const std::string& name, std::int64_t in_channels) {
  at::set_num_threads(1); // beside other tests, threads that wait for each other take many times as long
  const StateDict golden = read_golden("models/large/" + name);
  ClassifierConfig config;
  config.architecture = name;
  config.in_channels = in_channels;
  config.num_classes = 7;
  ParameterSet parameters;
  const auto classifier = make_classifier(config, ParameterScope(parameters));
  parameters.allocate(1);
  fill_keyed(parameters, seed, shift);

  const at::Tensor output = classifier->forward(golden_images(golden.at("images"), 2, in_channels), ForwardMode::evaluate);
  CHECK(relative_difference(output, golden.at("output")) < 2e-5);
  output.mul(keyed_input(seed, 0, output.sizes())).mean().backward();
  check_gradient_summary(parameters, golden.at("gradients"), seed);

  parameters.flat_gradient().zero_();
  const at::Tensor trained = classifier->forward(golden_images(golden.at("images_train"), 4, in_channels), ForwardMode::train);
  CHECK(relative_difference(trained, golden.at("output_train")) < 2e-5);
  trained.mul(keyed_input(seed, 1, trained.sizes())).mean().backward();
  check_gradient_summary(parameters, golden.at("gradients_train"), seed);
  check_summary(parameters.buffer_views(), golden.at("statistics"), seed);
}

} // namespace

// A case each, so that none is long.
TEST_CASE("DenseNet-121 has torchvision's outputs gradients and statistics") { compare("densenet121", 1); }
TEST_CASE("ResNet-18 has torchvision's outputs gradients and statistics") { compare("resnet18", 1); }
TEST_CASE("ResNet-34 has torchvision's outputs gradients and statistics") { compare("resnet34", 3); }
TEST_CASE("ResNet-50 has torchvision's outputs gradients and statistics") { compare("resnet50", 3); }
