#pragma once

#include "column_sums.cuh"
#include "geglu_job.hpp"
#include "row_tile.cuh"

#include <cmath>
#include <cstdint>

namespace radforge {

namespace geglu_kernels {

struct Normal {
  float distribution;
  float density;
};

/// Of the standard normal distribution, by Abramowitz and Stegun 7.1.26 for the tail, as on the CPU (geglu_kernel.cpp).
__device__ inline Normal normal_at(float x) {
  const float e = expf(-0.5F * (x * x));
  const float t = fast_quotient(1.0F, fmaf(0.3275911F * 0.70710678F, fabsf(x), 1.0F));
  float p = 1.061405429F;
  p = fmaf(p, t, -1.453152027F);
  p = fmaf(p, t, 1.421413741F);
  p = fmaf(p, t, -0.284496736F);
  p = fmaf(p, t, 0.254829592F);
  const float tail = p * t * e * 0.5F;
  return {x < 0 ? tail : 1.0F - tail, e * 0.398942280F};
}

/// What a thread reads of the bias, and the rows that it goes through, of a grid of column blocks x chunks.
template <int size>
struct Thread {
  template <class T>
  __device__ Thread(const GegluLayout& layout, const TilePlace& place, const T* bias)
      : column(std::int64_t{place.pack} * size), first(blockIdx.y * layout.rows_in_chunk + place.lane),
        end((blockIdx.y + 1) * layout.rows_in_chunk < layout.rows ? (blockIdx.y + 1) * layout.rows_in_chunk : layout.rows),
        value_bias(load<size>(bias + column)), gate_bias(load<size>(bias + layout.width + column)) {}

  std::int64_t column;
  std::int64_t first;
  std::int64_t end;
  Floats<size> value_bias;
  Floats<size> gate_bias;
};

template <int size, class T>
__global__ void __launch_bounds__(RowTile::most_threads) forward(GegluForwardJob<T> job, RowTile tile) {
  const TilePlace place(tile);
  if (!place.inside) {
    return;
  }
  const std::int64_t width = job.layout.width;
  const Thread<size> own(job.layout, place, job.bias);
  for (std::int64_t row = own.first; row < own.end; row += tile.lanes) {
    const T* const x = job.x + 2 * row * width + own.column;
    Floats<size> y = load<size>(x);
    const Floats<size> gates = load<size>(x + width);
    for (int i = 0; i < size; ++i) {
      const float gate = gates.value[i] + own.gate_bias.value[i];
      y.value[i] = (y.value[i] + own.value_bias.value[i]) * (gate * normal_at(gate).distribution);
    }
    store<size>(y, job.y + row * width + own.column);
  }
}

// With room for 80 registers a thread: in 64, as nvcc would have it for an A100, they do not all fit.
template <int size, class T>
__global__ void __launch_bounds__(RowTile::most_threads, 3) backward(GegluBackwardJob<T> job, RowTile tile) {
  const TilePlace place(tile);
  const std::int64_t width = job.layout.width;
  Floats<size> value_sum[1] = {};
  Floats<size> gate_sum[1] = {};
  if (place.inside) {
    const Thread<size> own(job.layout, place, job.bias);
    for (std::int64_t row = own.first; row < own.end; row += tile.lanes) {
      const std::int64_t at = 2 * row * width + own.column;
      Floats<size> values = load<size>(job.x + at);
      Floats<size> gates = load<size>(job.x + at + width);
      const Floats<size> dy = load<size>(job.dy + row * width + own.column);
      for (int i = 0; i < size; ++i) {
        const float gate = gates.value[i] + own.gate_bias.value[i];
        const Normal normal = normal_at(gate);
        const float slope = fmaf(gate, normal.density, normal.distribution);
        gates.value[i] = dy.value[i] * (values.value[i] + own.value_bias.value[i]) * slope;
        values.value[i] = dy.value[i] * (gate * normal.distribution);
        gate_sum[0].value[i] += gates.value[i];
        value_sum[0].value[i] += values.value[i];
      }
      store<size>(values, job.dx + at);
      store<size>(gates, job.dx + at + width);
    }
  }
  float* const sums = job.sums + std::int64_t{blockIdx.y} * 2 * width;
  sum_over_lanes(tile, value_sum, sums, width);
  sum_over_lanes(tile, gate_sum, sums + width, width);
}

template <int size, class T, class Launch>
void run(const GegluForwardJob<T>& job, const Launch& launch) {
  const RowTile tile(job.layout.width / size);
  launch(dim3{tile.column_blocks, static_cast<unsigned>(job.layout.chunks), 1}, tile.num_threads(), forward<size, T>, job, tile);
}

template <int size, class T, class Launch>
void run(const GegluBackwardJob<T>& job, const Launch& launch) {
  const RowTile tile(job.layout.width / size);
  launch(dim3{tile.column_blocks, static_cast<unsigned>(job.layout.chunks), 1}, tile.num_threads(), backward<size, T>, job, tile);
}

} // namespace geglu_kernels

/// The whole job, by a launcher of kernels. What is said of its memory's size is the caller's to keep.
template <class T, class Launch>
void run(const GegluForwardJob<T>& job, const Launch& launch) {
  if (fits_packs<T>(job.layout.width, {job.x, job.bias, job.y})) {
    geglu_kernels::run<widest_pack<T>>(job, launch);
  } else {
    geglu_kernels::run<1>(job, launch);
  }
}

template <class T, class Launch>
void run(const GegluBackwardJob<T>& job, const Launch& launch) {
  if (fits_packs<T>(job.layout.width, {job.x, job.bias, job.dy, job.dx})) {
    geglu_kernels::run<widest_pack<T>>(job, launch);
  } else {
    geglu_kernels::run<1>(job, launch);
  }
  run(ColumnSums<T>{job.sums, job.layout.chunks, 2 * job.layout.width, job.bias_gradient}, launch);
}

} // namespace radforge
