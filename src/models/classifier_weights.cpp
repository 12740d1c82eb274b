#include "radforge/models/classifier_weights.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace radforge {

namespace {

StateDict without_prefixes(StateDict state) {
  constexpr std::array<std::string_view, 2> prefixes{"module.", "model."};
  const auto common = [&](std::string_view prefix) {
    return !state.empty() && std::ranges::all_of(state, [&](const auto& item) { return item.first.starts_with(prefix); });
  };
  for (auto prefix = std::ranges::find_if(prefixes, common); prefix != prefixes.end();
       prefix = std::ranges::find_if(prefixes, common)) {
    StateDict cut;
    for (const auto& [name, tensor] : state) {
      cut[name.substr(prefix->size())] = tensor;
    }
    state = std::move(cut);
  }
  return state;
}

std::string renamed(std::string name) {
  for (const std::string_view old : {".norm.", ".conv."}) {
    const std::size_t at = name.find(old);
    if (at != std::string::npos && name.find(".denselayer") < at) {
      return name.erase(at + old.size() - 1, 1);
    }
  }
  return name.starts_with("fc.0.") ? "fc." + name.substr(5) : name;
}

bool holds_part(const StateDict& state, std::string_view part) {
  return std::ranges::any_of(state, [&](const auto& item) { return item.first.find(part) != std::string::npos; });
}

/// What files that are no plain ResNet or DenseNet are known by: a part of a name.
struct Foreign {
  std::string_view part;
  std::string_view model;
};
constexpr std::array<Foreign, 5> foreign_models{{
    {"attention_map.", "torchxrayvision's baseline_models.jfhealthcare.DenseNet, with attention maps and a head a finding"},
    {"se_module.", "a network with squeeze and excitation, as torchxrayvision's baseline_models.riken.AgeModel (SENet-154)"},
    {"quant_conv.", "a vector-quantised autoencoder, as torchxrayvision's baseline_models.ieee8023.VQGAN"},
    {"cbr_unit.", "a PSPNet, as torchxrayvision's baseline_models.chestx_det.PSPNet"},
    {"backbone.layer0.", "a segmentation network, as torchxrayvision's baseline_models.chestx_anatomy"},
}};

[[noreturn]] void refuse(const StateDict& state, const std::string& origin) {
  const auto found =
      std::ranges::find_if(foreign_models, [&](const Foreign& foreign) { return holds_part(state, foreign.part); });
  const std::string what = found != foreign_models.end() ? fmt::format("it looks like {}", found->model)
                           : state.empty()               ? std::string("it holds no tensor")
                                                         : fmt::format("its first tensor is '{}'", state.begin()->first);
  throw DataError("{} holds no ResNet or DenseNet of torchvision ({}). Save the network with torch.jit.save and load it as a "
                  "TorchScript module",
                  origin, what);
}

} // namespace

StateDict to_torchvision_names(const StateDict& state, const std::string& origin) {
  StateDict weights = state;
  weights.erase("op_threshs");
  StateDict result;
  for (const auto& [name, tensor] : without_prefixes(std::move(weights))) {
    result[renamed(name)] = tensor;
  }
  const bool resnet = result.contains("conv1.weight") && result.contains("layer1.0.conv1.weight") && result.contains("fc.weight");
  const bool densenet = result.contains("features.conv0.weight") && result.contains("classifier.weight");
  if (resnet == densenet || holds_part(result, "se_module.")) {
    refuse(result, origin);
  }
  return result;
}

} // namespace radforge
