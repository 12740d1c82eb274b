#pragma once

#include "radforge/diffusion/diffusion_sampler.hpp"
#include "radforge/diffusion/guidance.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace radforge {

/// Samples of a conditional model, N x sample_shape, N = keys.size(). Sample i begins at the normals of (seed, stream
/// `generation`, id, attempt) of keys[i], and the sampler's noise has the same key: a sample is a function of key, context and
/// model alone. `context`: N x tokens x width; `empty_context`: 1 x tokens x width, that of no text. Everything is where
/// `context` is, the model's weights too.
at::Tensor guided_samples(const DiffusionSampler& sampler, const ConditionalDenoiser& model, const at::Tensor& context,
                          const at::Tensor& empty_context, const Guidance& guidance, std::span<const NoiseKey> keys,
                          const std::vector<std::int64_t>& sample_shape);

} // namespace radforge
