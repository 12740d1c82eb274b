#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

namespace radforge {

/// What a denoiser predicts for noisy latents at one timestep. A sampler knows no more of a model.
using Denoiser = std::function<at::Tensor(const at::Tensor& x, std::int64_t timestep)>;

/// A denoiser with text: x, timesteps (N, int64), context (N x tokens x width).
using ConditionalDenoiser =
    std::function<at::Tensor(const at::Tensor& x, const at::Tensor& timesteps, const at::Tensor& context)>;

/// Classifier-free guidance (Ho and Salimans 2022): without + scale * (with - without), both halves in one call of `model`.
/// `context` and `empty_context`: N x tokens x width. scale = 1 asks for the conditional half only.
Denoiser with_guidance(ConditionalDenoiser model, at::Tensor context, at::Tensor empty_context, double scale);

} // namespace radforge
