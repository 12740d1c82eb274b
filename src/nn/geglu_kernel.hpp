#pragma once

#include "element.hpp"

#include <cstddef>

namespace radforge {

/// One row: y[i] = z[i] gelu(z[count + i]) of z = x + bias.
void geglu_forward(std::size_t count, const float* x, const float* bias, float* y);
void geglu_forward(std::size_t count, const Bf16* x, const Bf16* bias, Bf16* y);

/// dx, of 2 * count, from dy; it is added to `sum` too, before it is rounded.
void geglu_backward(std::size_t count, const float* x, const float* bias, const float* dy, float* dx, float* sum);
void geglu_backward(std::size_t count, const Bf16* x, const Bf16* bias, const Bf16* dy, Bf16* dx, float* sum);

} // namespace radforge
