#pragma once

#include <cstdint>

namespace radforge {

/// The memory of one bf16 number: what kernels read and write where tensors are of at::kBFloat16.
struct Bf16 {
  std::uint16_t bits;
};

} // namespace radforge
