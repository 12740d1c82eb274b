#pragma once

#include "pack.cuh"

#include <cstdint>

namespace radforge {

/// Adds up the columns of a matrix of fp32, rows x width: what blocks have left of their sums. In fp64 and in a fixed order.
template <class T>
struct ColumnSums {
  const float* matrix;
  std::int64_t rows;
  std::int64_t width;
  T* sums;
};

namespace column_sums {

inline constexpr unsigned columns = 32; // of a block
inline constexpr unsigned lanes = 16;

template <class T>
__global__ void __launch_bounds__(columns* lanes) kernel(ColumnSums<T> job) {
  __shared__ double shared[lanes][columns];
  const unsigned own = threadIdx.x % columns;
  const unsigned lane = threadIdx.x / columns;
  const std::int64_t column = std::int64_t{blockIdx.x} * columns + own;
  double sum = 0;
  if (column < job.width) {
    for (std::int64_t row = lane; row < job.rows; row += lanes) {
      sum += job.matrix[row * job.width + column];
    }
  }
  shared[lane][own] = sum;
  __syncthreads();
  if (lane == 0 && column < job.width) {
    double total = 0;
    for (unsigned i = 0; i < lanes; ++i) {
      total += shared[i][own];
    }
    job.sums[column] = rounded_to<T>(static_cast<float>(total));
  }
}

} // namespace column_sums

template <class Launch, class T>
void run(const ColumnSums<T>& job, const Launch& launch) {
  const auto blocks = static_cast<unsigned>((job.width + column_sums::columns - 1) / column_sums::columns);
  launch(dim3{blocks}, column_sums::columns * column_sums::lanes, column_sums::kernel<T>, job);
}

} // namespace radforge
