#pragma once

#include "radforge/nn/parameter_set.hpp"
#include "radforge/nn/state_dict.hpp"

#include "torch_catch.hpp"

#include <filesystem>
#include <string>

namespace radforge {

/// Golden values made by an independent implementation (tests/golden/models/README.md).
inline StateDict read_golden(const std::string& name) {
  return read_state_dict(std::filesystem::path(RADFORGE_GOLDEN_DIR) / name / "golden.safetensors");
}

/// The tensors under `prefix`, which is cut off.
inline StateDict under(const StateDict& state, const std::string& prefix) {
  StateDict part;
  for (const auto& [name, tensor] : state) {
    if (name.starts_with(prefix)) {
      part[name.substr(prefix.size())] = tensor;
    }
  }
  return part;
}

/// Largest |ours - golden| over the largest |golden| (at least `floor`: some gradients are zero but for rounding).
inline double relative_difference(const at::Tensor& ours, const at::Tensor& golden, double floor = 0) {
  REQUIRE(ours.sizes() == golden.sizes());
  const double scale = std::max(golden.abs().max().item<double>(), floor);
  return ours.detach().sub(golden).abs().max().item<double>() / scale;
}

/// Compares every gradient of the set with the golden one of the same name (gradients of inputs are golden too, and not
/// compared).
inline void check_gradients(ParameterSet& parameters, const StateDict& golden, double tolerance) {
  const StateDict ours = parameters.views(parameters.flat_gradient());
  double largest = 0;
  for (const auto& [name, gradient] : ours) {
    REQUIRE(golden.contains(name));
    largest = std::max(largest, golden.at(name).abs().max().item<double>());
  }
  for (const auto& [name, gradient] : ours) {
    INFO(name);
    CHECK(relative_difference(gradient, golden.at(name), 1e-3 * largest) < tolerance);
  }
}

} // namespace radforge
