#pragma once

#include "torch_catch.hpp"

#include <ATen/Context.h>

namespace radforge {

/// Whether there is a GPU to test on; says so where there is none.
inline bool has_gpu() {
  const bool found = at::getNumGPUs() > 0;
  if (!found) {
    WARN("not tested: no GPU, or a build without CUDA");
  }
  return found;
}

} // namespace radforge
