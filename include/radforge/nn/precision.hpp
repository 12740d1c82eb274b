#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace radforge {

/// The floating type that configurations call "fp32", "fp16" or "bf16". Errors: ConfigError for another name.
at::ScalarType scalar_type_of(const std::string& precision);
/// The name of a floating type; LibTorch's own for what is none of the three.
std::string precision_of(at::ScalarType type);

} // namespace radforge
