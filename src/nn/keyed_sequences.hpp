#pragma once

#include "keyed_normals_job.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/philox_sequence.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <cstdint>
#include <cstring>
#include <vector>

namespace radforge {

/// What kernels read of the keys, a row each, as bytes.
inline at::Tensor keyed_sequences(const std::vector<RandomKey>& keys) {
  std::vector<PhiloxSequence> sequences;
  for (const RandomKey& key : keys) {
    sequences.push_back(sequence_of(key));
  }
  at::Tensor rows =
      at::empty({static_cast<std::int64_t>(keys.size()), static_cast<std::int64_t>(sizeof(PhiloxSequence))}, at::kByte);
  std::memcpy(rows.mutable_data_ptr(), sequences.data(), sequences.size() * sizeof(PhiloxSequence));
  return rows;
}

/// Fills `values`, a row a key, which has elements.
inline KeyedNormalsJob keyed_normals_job(const at::Tensor& sequences, const at::Tensor& values) {
  const std::int64_t width = values.numel() / values.size(0);
  require(width <= std::int64_t{4} << 32, "at most 2^32 blocks in a random sequence");
  return {static_cast<const PhiloxSequence*>(sequences.const_data_ptr()), values.size(0), width,
          values.mutable_data_ptr<float>()};
}

} // namespace radforge
