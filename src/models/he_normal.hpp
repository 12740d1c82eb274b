#pragma once

#include "radforge/nn/parameter_set.hpp"

#include <cmath>

namespace radforge {

/// Normal weights that keep the variance through a convolution and a rectifier (He et al. 2015): of the output, when `channels`
/// are its channels (fan out), or of the gradient, when they are the input's (fan in).
inline Init he_normal(std::int64_t channels, std::int64_t kernel) {
  return Init::normal(std::sqrt(2.0 / static_cast<double>(channels * kernel * kernel)));
}

} // namespace radforge
