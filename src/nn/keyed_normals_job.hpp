#pragma once

#include "radforge/core/philox_sequence.hpp"

#include <cstdint>

namespace radforge {

/// The first `width` normals of each sequence, row by row; memory of a device, `out` as at::empty aligns it.
struct KeyedNormalsJob {
  const PhiloxSequence* sequences;
  std::int64_t rows;
  std::int64_t width;
  float* out;
};

} // namespace radforge
