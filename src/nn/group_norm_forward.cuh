#pragma once

#include "norm_chunk.cuh"

#include <cmath>
#include <cstdint>

namespace radforge {

namespace norm_forward_kernels {

/// Writes the means of a chunk and the sums of squares about them, from those of the lanes: nothing large is subtracted.
template <int size>
__device__ inline void moments_over_lanes(const RowTile& tile, const LaneRows& rows, const Floats<size>& mean,
                                          const Floats<size>& square, float* out, std::int64_t width) {
  __shared__ float means[size][RowTile::most_threads + 4]; // as in sum_over_lanes()
  __shared__ float squares[size][RowTile::most_threads + 4];
  for (int i = 0; i < size; ++i) {
    means[i][threadIdx.x] = mean.value[i];
    squares[i][threadIdx.x] = square.value[i];
  }
  __syncthreads();
  const std::int64_t first = std::int64_t{blockIdx.x} * tile.columns * size;
  const float part = 1.0F / static_cast<float>(rows.all);
  for (unsigned element = threadIdx.x; element < tile.columns * size && first + element < width; element += blockDim.x) {
    const float* const own_means = means[element % size] + element / size;
    const float* const own_squares = squares[element % size] + element / size;
    float mean_of_all = 0;
    for (unsigned lane = 0; lane < tile.lanes; ++lane) {
      mean_of_all = fmaf(rows.of(lane) * part, own_means[lane * tile.columns], mean_of_all);
    }
    float square_of_all = 0;
    for (unsigned lane = 0; lane < tile.lanes; ++lane) {
      const float distance = own_means[lane * tile.columns] - mean_of_all;
      square_of_all += fmaf(rows.of(lane) * distance, distance, own_squares[lane * tile.columns]);
    }
    out[first + element] = mean_of_all;
    out[width + first + element] = square_of_all;
  }
}

/// Means of a chunk and sums of squares about them, channel by channel. A thread's pivot is its first row, near enough to the
/// mean that the squares lose no digits, wherever the values lie.
template <int size, class T>
__global__ void __launch_bounds__(RowTile::most_threads) moments(NormForwardJob<T> job, RowTile tile) {
  const NormLayout& layout = job.layout;
  const TilePlace place(tile);
  const NormChunk chunk(layout, place);
  const LaneRows lane_rows(chunk, tile);
  Floats<size> sum{};
  Floats<size> square{};
  if (place.inside && chunk.has_rows()) {
    const T* const column = job.x + chunk.sample * layout.rows * layout.channels + std::int64_t{place.pack} * size;
    const Floats<size> pivot = load<size>(column + chunk.first * layout.channels);
    Ahead<size, T> rows(column + chunk.first * layout.channels);
    for (std::int64_t row = chunk.first; row < chunk.end; row += tile.lanes) {
      const Floats<size> x = rows.then(column + chunk.following(row, tile) * layout.channels);
      for (int i = 0; i < size; ++i) {
        const float difference = x.value[i] - pivot.value[i];
        sum.value[i] += difference;
        square.value[i] = fmaf(difference, difference, square.value[i]);
      }
    }
    const float part = 1.0F / lane_rows.of(place.lane);
    for (int i = 0; i < size; ++i) {
      const float mean = sum.value[i] * part;
      square.value[i] = fmaf(-mean, sum.value[i], square.value[i]);
      sum.value[i] = pivot.value[i] + mean;
    }
  }
  float* const out = job.sums + (chunk.sample * layout.chunks + blockIdx.y) * 2 * layout.channels;
  moments_over_lanes(tile, lane_rows, sum, square, out, layout.channels);
}

struct Moments {
  double mean;
  double square; ///< sum of the squares about the mean
};

/// Of x + shift, channel c of a sample, from its chunks.
template <class T>
__device__ inline Moments channel_moments(const NormForwardJob<T>& job, std::int64_t sample, std::int64_t c) {
  const NormLayout& layout = job.layout;
  const auto rows = static_cast<double>(layout.rows);
  double sum = 0;
  double square = 0;  // about the chunks' means
  double squares = 0; // of the chunks' means, which have digits enough in fp64
  for (std::int64_t chunk = 0; chunk < layout.chunks; ++chunk) {
    const float* const own = job.sums + (sample * layout.chunks + chunk) * 2 * layout.channels + c;
    const std::int64_t begin = chunk * layout.rows_in_chunk;
    const auto count =
        static_cast<double>(begin + layout.rows_in_chunk < layout.rows ? layout.rows_in_chunk : layout.rows - begin);
    const double mean = own[0];
    sum += count * mean;
    squares += count * mean * mean;
    square += own[layout.channels];
  }
  const double spread = squares - sum * sum / rows;
  const double shift = job.shift == nullptr ? 0.0F : float_of(job.shift[sample * layout.channels + c]);
  return {sum / rows + shift, square + (spread < 0 ? 0 : spread)};
}

/// Of a group, from those of its channels, which have equally many rows.
__device__ inline Moments group_moments(const NormLayout& layout, const double* means, const double* squares) {
  double mean = 0;
  double square = 0;
  for (std::int64_t i = 0; i < layout.width; ++i) {
    mean += means[i];
    square += squares[i];
  }
  mean /= static_cast<double>(layout.width);
  double spread = 0;
  for (std::int64_t i = 0; i < layout.width; ++i) {
    spread += (means[i] - mean) * (means[i] - mean);
  }
  return {mean, square + static_cast<double>(layout.rows) * spread};
}

template <class T>
__global__ void __launch_bounds__(GroupsBlock::num_threads) finish(NormForwardJob<T> job) {
  const NormLayout& layout = job.layout;
  const GroupsBlock block(layout);
  double* const means = job.moments + block.sample * 2 * layout.channels;
  double* const squares = means + layout.channels;
  for (std::int64_t c = block.first; c < block.end; c += GroupsBlock::num_threads) {
    const Moments moments = channel_moments(job, block.sample, c);
    means[c] = moments.mean;
    squares[c] = moments.square;
  }
  __syncthreads();
  const auto rows = static_cast<double>(layout.rows);
  float* const scales = job.scales + block.sample * 3 * layout.channels;
  std::int64_t group = -1;
  double mean = 0;
  double inverse = 0;
  for (std::int64_t c = block.first; c < block.end; c += GroupsBlock::num_threads) {
    if (c / layout.width != group) {
      group = c / layout.width;
      const Moments moments = group_moments(layout, means + group * layout.width, squares + group * layout.width);
      const double variance = moments.square / (rows * static_cast<double>(layout.width));
      mean = moments.mean;
      inverse = 1 / sqrt((variance < 0 ? 0 : variance) + job.epsilon);
    }
    const double shift = job.shift == nullptr ? 0.0F : float_of(job.shift[block.sample * layout.channels + c]);
    scales[c] = static_cast<float>(inverse);
    scales[layout.channels + c] = static_cast<float>((shift - mean) * inverse);
    scales[2 * layout.channels + c] = static_cast<float>(rows * (means[c] - mean) * inverse);
  }
}

template <NormActivation activation, int size, class T>
__global__ void __launch_bounds__(RowTile::most_threads) apply(NormForwardJob<T> job, RowTile tile) {
  const NormLayout& layout = job.layout;
  const TilePlace place(tile);
  const NormChunk chunk(layout, place);
  if (!place.inside || !chunk.has_rows()) {
    return;
  }
  const std::int64_t c = std::int64_t{place.pack} * size;
  const float* const scales = job.scales + chunk.sample * 3 * layout.channels + c;
  const Floats<size> weight = load<size>(job.weight + c);
  const Floats<size> bias = load<size>(job.bias + c);
  Floats<size> scale = load<size>(scales);
  Floats<size> offset = load<size>(scales + layout.channels);
  for (int i = 0; i < size; ++i) {
    scale.value[i] *= weight.value[i];
    offset.value[i] = fmaf(weight.value[i], offset.value[i], bias.value[i]);
  }
  const std::int64_t column = chunk.sample * layout.rows * layout.channels + c;
  Ahead<size, T> rows(job.x + column + chunk.first * layout.channels);
  for (std::int64_t row = chunk.first; row < chunk.end; row += tile.lanes) {
    Floats<size> z = rows.then(job.x + column + chunk.following(row, tile) * layout.channels);
    for (int i = 0; i < size; ++i) {
      z.value[i] = activated<activation>(fmaf(scale.value[i], z.value[i], offset.value[i]));
    }
    store<size>(z, job.y + column + row * layout.channels);
  }
}

template <int size, class T, class Launch>
void run(const NormForwardJob<T>& job, const Launch& launch) {
  const RowTile tile(job.layout.channels / size);
  const dim3 grid = chunks_grid(job.layout, tile);
  launch(grid, tile.num_threads(), moments<size, T>, job, tile);
  launch(GroupsBlock::grid(job.layout), GroupsBlock::num_threads, finish<T>, job);
  if (job.activation == NormActivation::silu) {
    launch(grid, tile.num_threads(), apply<NormActivation::silu, size, T>, job, tile);
  } else {
    launch(grid, tile.num_threads(), apply<NormActivation::none, size, T>, job, tile);
  }
}

} // namespace norm_forward_kernels

/// The whole job, by a launcher of kernels. What is said of its memory's size is the caller's to keep.
template <class T, class Launch>
void run(const NormForwardJob<T>& job, const Launch& launch) {
  if (fits_packs<T>(job.layout.channels, {job.x, job.weight, job.bias, job.y})) {
    norm_forward_kernels::run<widest_pack<T>>(job, launch);
  } else {
    norm_forward_kernels::run<1>(job, launch);
  }
}

} // namespace radforge
