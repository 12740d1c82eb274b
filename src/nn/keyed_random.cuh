#pragma once

#include "keyed_normals_job.hpp"
#include "pack.cuh"

#include "radforge/core/normal.hpp"
#include "radforge/core/philox_sequence.hpp"

#include <Random123/philox.h>

#include <algorithm>
#include <cstdint>

namespace radforge {

namespace keyed_random_kernels {

inline constexpr unsigned num_threads = 256;
inline constexpr int words = 4; // of a block of Philox

struct ToNormal {
  __device__ float operator()(std::uint32_t word) const { return normal_of_word(word); }
};

/// One block of Philox a thread, of rows blockIdx.y, blockIdx.y + gridDim.y, ... .
template <class Transform, class T>
__global__ void __launch_bounds__(num_threads)
    fill(const PhiloxSequence* sequences, std::int64_t rows, std::int64_t width, T* out) {
  const std::int64_t block = std::int64_t{blockIdx.x} * num_threads + threadIdx.x;
  const std::int64_t first = block * words;
  if (first >= width) {
    return;
  }
  for (std::int64_t row = blockIdx.y; row < rows; row += gridDim.y) {
    const PhiloxSequence sequence = sequences[row];
    const auto& [c1, c2, c3] = sequence.counter;
    const auto random = r123::Philox4x32()({{sequence.first_block + static_cast<std::uint32_t>(block), c1, c2, c3}},
                                           {{sequence.key[0], sequence.key[1]}});
    const Transform transform;
    const Pack<T, words> numbers{{transform(random[0]), transform(random[1]), transform(random[2]), transform(random[3])}};
    T* const to = out + row * width + first;
    if (width % words == 0) {
      *reinterpret_cast<Pack<T, words>*>(to) = numbers;
    } else {
      for (int i = 0; i < words && first + i < width; ++i) {
        to[i] = numbers.elements[i];
      }
    }
  }
}

template <class Transform, class T, class Launch>
void run(const PhiloxSequence* sequences, std::int64_t rows, std::int64_t width, T* out, const Launch& launch) {
  constexpr std::int64_t most_blocks = 65535; // of gridDim.y
  constexpr std::int64_t numbers = std::int64_t{num_threads} * words;
  launch(dim3{static_cast<unsigned>((width + numbers - 1) / numbers), static_cast<unsigned>(std::min(rows, most_blocks)), 1},
         num_threads, fill<Transform, T>, sequences, rows, width, out);
}

} // namespace keyed_random_kernels

/// The whole job, by a launcher of kernels; neither rows nor width are zero.
template <class Launch>
void run(const KeyedNormalsJob& job, const Launch& launch) {
  keyed_random_kernels::run<keyed_random_kernels::ToNormal>(job.sequences, job.rows, job.width, job.out, launch);
}

} // namespace radforge
