#pragma once

#include "element.hpp"

#include <cstddef>

namespace radforge {

/// One row: y[i] = x[i] gelu(x[count + i]).
void geglu_forward(std::size_t count, const float* x, float* y);
void geglu_forward(std::size_t count, const Bf16* x, Bf16* y);

/// dx, of 2 * count, from dy.
void geglu_backward(std::size_t count, const float* x, const float* dy, float* dx);
void geglu_backward(std::size_t count, const Bf16* x, const Bf16* dy, Bf16* dx);

} // namespace radforge
