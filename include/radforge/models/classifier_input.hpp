#pragma once

#include "radforge/config/model_config.hpp"

#include <ATen/core/Tensor.h>

namespace radforge {

/// Images as a classifier takes them, from bytes N x H x W x C: N x in_channels x H x W, fp32, normalised as the configuration
/// says; a grey image is repeated over the channels. Errors: ConfigError (colour images for another number of channels).
at::Tensor classifier_input(const at::Tensor& bytes, const ClassifierConfig& config);

} // namespace radforge
