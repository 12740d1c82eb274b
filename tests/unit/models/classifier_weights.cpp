#include "radforge/models/classifier_weights.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/classifier.hpp"

#include "keyed_weights.hpp"

#include <ATen/ops/log_softmax.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <fstream>
#include <sstream>

using namespace radforge;
using Catch::Contains;

namespace {

constexpr std::uint64_t seed = 71;

/// Tensors of the names and shapes that a file of torchxrayvision holds: "name 64,1,7,7" a line.
StateDict published_state(const std::string& model) {
  std::ifstream file(std::string(RADFORGE_GOLDEN_DIR) + "/models/xrv/" + model + ".txt");
  StateDict state;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    std::string shape;
    words >> name >> shape;
    std::vector<std::int64_t> sizes;
    std::istringstream numbers(shape);
    for (std::string size; std::getline(numbers, size, ',');) {
      sizes.push_back(std::stoll(size));
    }
    state[name] = at::zeros(sizes);
  }
  REQUIRE_FALSE(state.empty());
  return state;
}

/// The keyed weights, under the names of a model's own file.
void fill_published(StateDict& state) {
  std::uint64_t id = 0;
  for (auto& [name, tensor] : state) {
    if (!name.ends_with("num_batches_tracked") && !name.ends_with("op_threshs")) {
      fill_keyed(name, tensor, seed, id++);
    }
  }
}

struct Published {
  const char* model;
  const char* architecture;
  std::int64_t in_channels;
  std::int64_t num_classes;
};

} // namespace

TEST_CASE("torchxrayvision models whose networks are torchvision's map in") {
  const auto published =
      GENERATE(Published{"models.DenseNet", "densenet121", 1, 18}, Published{"models.ResNet", "resnet50", 1, 18},
               Published{"mira.SexModel", "resnet34", 3, 2}, Published{"emory_hiti.RaceModel", "resnet34", 3, 3},
               Published{"xinario.ViewModel", "resnet50", 3, 1000}, Published{"chexpert.DenseNet", "densenet121", 3, 15});
  CAPTURE(published.model);
  ClassifierConfig config;
  config.architecture = published.architecture;
  config.in_channels = published.in_channels;
  config.num_classes = published.num_classes;
  ParameterSet parameters;
  const auto classifier = make_classifier(config, ParameterScope(parameters));
  parameters.allocate_frozen();
  StateDict state = published_state(published.model);
  fill_published(state);
  parameters.load(parameters.flat(), to_torchvision_names(state, published.model));

  const at::Tensor images = keyed_input(seed, 0, {1, published.in_channels, 64, 64});
  at::Tensor output = classifier->forward(images, ForwardMode::evaluate);
  if (published.model == std::string("emory_hiti.RaceModel")) {
    output = at::log_softmax(output, 1);
  }
  CHECK(relative_difference(output, read_golden("models/xrv").at("outputs." + std::string(published.model))) < 2e-5);
}

TEST_CASE("names of torchvision's old DenseNet files are read") {
  StateDict state{{"features.conv0.weight", at::ones({1})},
                  {"features.norm0.weight", at::ones({1})},
                  {"features.denseblock1.denselayer1.norm.1.weight", at::ones({1})},
                  {"features.denseblock1.denselayer12.conv.2.weight", at::ones({1})},
                  {"features.transition1.norm.weight", at::ones({1})},
                  {"classifier.weight", at::ones({1})}};
  const StateDict named = to_torchvision_names(state, "old.safetensors");
  CHECK(named.contains("features.denseblock1.denselayer1.norm1.weight"));
  CHECK(named.contains("features.denseblock1.denselayer12.conv2.weight"));
  CHECK(named.contains("features.transition1.norm.weight"));
  CHECK(named.size() == state.size());
}

TEST_CASE("networks that are no ResNet or DenseNet are refused by name") {
  const auto [model, named] = GENERATE(table<const char*, const char*>({{"jfhealthcare.DenseNet", "jfhealthcare.DenseNet"},
                                                                        {"chestx_det.PSPNet", "chestx_det.PSPNet"},
                                                                        {"chestx_anatomy.UNetResNet50", "chestx_anatomy"}}));
  CHECK_THROWS_WITH(to_torchvision_names(published_state(model), "weights.safetensors"),
                    Contains("weights.safetensors holds no ResNet or DenseNet") && Contains(named) && Contains("TorchScript"));
}

TEST_CASE("files of other networks are refused with the name of a tensor") {
  CHECK_THROWS_WITH(
      to_torchvision_names({{"layer0.conv1.weight", at::ones({1})}, {"layer1.0.se_module.fc1.weight", at::ones({1})}}, "age"),
      Contains("riken.AgeModel"));
  CHECK_THROWS_WITH(to_torchvision_names({{"blocks.0.attn.qkv.weight", at::ones({1})}}, "vit"),
                    Contains("'blocks.0.attn.qkv.weight'"));
  CHECK_THROWS_WITH(to_torchvision_names({}, "empty"), Contains("it holds no tensor"));
  CHECK_THROWS_AS(to_torchvision_names({{"op_threshs", at::ones({18})}}, "thresholds"), DataError);
}
