#pragma once

#include <ATen/core/Tensor.h>

namespace radforge {

/// Whether this processor multiplies bf16 itself (AVX-512 BF16, AMX). Elsewhere kernels convert, and are slower than in fp32.
bool has_native_bf16();

/// FLOP/s of matrix products in this process, on the CPU with its threads: products of 1024 x 1024 matrices of floating `type`,
/// on CUDA of 8192 x 8192, for about 0.2 s, the fastest of them, a multiply-add counted as two. What a model's FLOP/s can be held
/// against.
double measure_matmul_rate(at::ScalarType type, at::Device device = at::kCPU);

} // namespace radforge
