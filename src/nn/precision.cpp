#include "radforge/nn/precision.hpp"

#include "radforge/core/error.hpp"

#include <array>
#include <utility>

namespace radforge {

namespace {

constexpr std::array<std::pair<const char*, at::ScalarType>, 3> precisions{
    {{"fp32", at::kFloat}, {"fp16", at::kHalf}, {"bf16", at::kBFloat16}}};

} // namespace

at::ScalarType scalar_type_of(const std::string& precision) {
  for (const auto& [name, type] : precisions) {
    if (precision == name) {
      return type;
    }
  }
  throw ConfigError("precision '{}' is not known (there are fp32, fp16 and bf16). Name one of them", precision);
}

std::string precision_of(at::ScalarType type) {
  for (const auto& [name, candidate] : precisions) {
    if (type == candidate) {
      return name;
    }
  }
  return c10::toString(type);
}

} // namespace radforge
