#pragma once

#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <vector>

namespace radforge {

/// What tools/golden/quality_distances.py has written.
inline nlohmann::json golden_quality() {
  std::ifstream file(std::filesystem::path(RADFORGE_GOLDEN_DIR) / "quality" / "distances.json");
  return nlohmann::json::parse(file);
}

inline at::Tensor matrix_of(const nlohmann::json& rows) {
  std::vector<at::Tensor> tensors;
  for (const nlohmann::json& row : rows) {
    tensors.push_back(at::tensor(row.get<std::vector<double>>(), at::kDouble));
  }
  return at::stack(tensors);
}

} // namespace radforge
