#pragma once

#include "column_sums.cuh"
#include "norm_chunk.cuh"

#include <cmath>
#include <cstdint>

namespace radforge {

namespace norm_backward_kernels {

/// What turns x into the normalised value n = scale x + offset, and that into the activation's argument z = weight n + bias.
template <int size>
struct Channels {
  template <class T>
  __device__ Channels(const NormBackwardJob<T>& job, std::int64_t sample, std::int64_t c)
      : weight(load<size>(job.weight + c)), bias(load<size>(job.bias + c)),
        scale(load<size>(job.scales + sample * 3 * job.layout.channels + c)),
        offset(load<size>(job.scales + (sample * 3 + 1) * job.layout.channels + c)) {}

  /// From then on scale x + offset is z.
  __device__ void take_in_weight() {
    for (int i = 0; i < size; ++i) {
      scale.value[i] *= weight.value[i];
      offset.value[i] = fmaf(weight.value[i], offset.value[i], bias.value[i]);
    }
  }

  Floats<size> weight;
  Floats<size> bias;
  Floats<size> scale;
  Floats<size> offset;
};

/// Sums of dz and of dz n over a chunk, channel by channel.
template <NormActivation activation, int size, class T>
__global__ void __launch_bounds__(RowTile::most_threads) sums(NormBackwardJob<T> job, RowTile tile) {
  const NormLayout& layout = job.layout;
  const TilePlace place(tile);
  const NormChunk chunk(layout, place);
  Floats<size> found[2] = {};
  if (place.inside && chunk.has_rows()) {
    const std::int64_t c = std::int64_t{place.pack} * size;
    const Channels<size> channels(job, chunk.sample, c);
    const std::int64_t column = chunk.sample * layout.rows * layout.channels + c;
    Ahead<size, T> values(job.x + column + chunk.first * layout.channels);
    Ahead<size, T> gradients(job.dy + column + chunk.first * layout.channels);
    for (std::int64_t row = chunk.first; row < chunk.end; row += tile.lanes) {
      const std::int64_t following = column + chunk.following(row, tile) * layout.channels;
      const Floats<size> x = values.then(job.x + following);
      const Floats<size> dy = gradients.then(job.dy + following);
      for (int i = 0; i < size; ++i) {
        const float n = fmaf(channels.scale.value[i], x.value[i], channels.offset.value[i]);
        const float z = fmaf(channels.weight.value[i], n, channels.bias.value[i]);
        const float dz = argument_gradient<activation>(z, dy.value[i]);
        found[0].value[i] += dz;
        found[1].value[i] = fmaf(dz, n, found[1].value[i]);
      }
    }
  }
  sum_over_lanes(tile, found, job.sums + (chunk.sample * layout.chunks + blockIdx.y) * 2 * layout.channels, layout.channels);
}

/// Means over the elements of a group of weight dz and of weight dz n.
struct Means {
  double gradient;
  double product;
};

template <class T>
__device__ inline Means group_means(const NormLayout& layout, const T* weight, const float* totals) {
  double gradient = 0;
  double product = 0;
  for (std::int64_t i = 0; i < layout.width; ++i) {
    const double factor = float_of(weight[i]);
    gradient += factor * totals[i];
    product += factor * totals[layout.channels + i];
  }
  const double elements = static_cast<double>(layout.rows) * static_cast<double>(layout.width);
  return {gradient / elements, product / elements};
}

// With r the scale: dx = r (weight dz - mean(weight dz) - n mean(weight dz n)), of which n = r x + offset.
template <class T>
__global__ void __launch_bounds__(GroupsBlock::num_threads) finish(NormBackwardJob<T> job) {
  const NormLayout& layout = job.layout;
  const GroupsBlock block(layout);
  float* const totals = job.totals + block.sample * 2 * layout.channels;
  for (std::int64_t c = block.first; c < block.end; c += GroupsBlock::num_threads) {
    double gradient = 0;
    double product = 0;
    for (std::int64_t chunk = 0; chunk < layout.chunks; ++chunk) {
      const float* const own = job.sums + (block.sample * layout.chunks + chunk) * 2 * layout.channels + c;
      gradient += own[0];
      product += own[layout.channels];
    }
    totals[c] = static_cast<float>(gradient);
    totals[layout.channels + c] = static_cast<float>(product);
  }
  __syncthreads();
  const float* const scales = job.scales + block.sample * 3 * layout.channels;
  float* const factors = job.factors + block.sample * 3 * layout.channels;
  std::int64_t group = -1;
  Means means{};
  for (std::int64_t c = block.first; c < block.end; c += GroupsBlock::num_threads) {
    if (c / layout.width != group) {
      group = c / layout.width;
      means = group_means(layout, job.weight + group * layout.width, totals + group * layout.width);
    }
    const double r = scales[c];
    const double weight = float_of(job.weight[c]);
    factors[c] = static_cast<float>(r * weight);
    factors[layout.channels + c] = static_cast<float>(-r * r * means.product);
    factors[2 * layout.channels + c] = static_cast<float>(-r * (means.gradient + means.product * scales[layout.channels + c]));
    if (job.shift_gradient != nullptr) {
      const double sum = weight * totals[c] - static_cast<double>(layout.rows) * means.gradient -
                         means.product * scales[2 * layout.channels + c];
      job.shift_gradient[block.sample * layout.channels + c] = rounded_to<T>(static_cast<float>(r * sum));
    }
  }
}

/// dx = factor dz + factor x + constant; dz is computed again, which costs less than a pass over memory and is not rounded.
template <NormActivation activation, int size, class T>
__global__ void __launch_bounds__(RowTile::most_threads) apply(NormBackwardJob<T> job, RowTile tile) {
  const NormLayout& layout = job.layout;
  const TilePlace place(tile);
  const NormChunk chunk(layout, place);
  if (!place.inside || !chunk.has_rows()) {
    return;
  }
  const std::int64_t c = std::int64_t{place.pack} * size;
  Channels<size> channels(job, chunk.sample, c);
  channels.take_in_weight();
  const float* const factors = job.factors + chunk.sample * 3 * layout.channels + c;
  const Floats<size> from_dz = load<size>(factors);
  const Floats<size> from_x = load<size>(factors + layout.channels);
  const Floats<size> constant = load<size>(factors + 2 * layout.channels);
  const std::int64_t column = chunk.sample * layout.rows * layout.channels + c;
  Ahead<size, T> values(job.x + column + chunk.first * layout.channels);
  Ahead<size, T> gradients(job.dy + column + chunk.first * layout.channels);
  for (std::int64_t row = chunk.first; row < chunk.end; row += tile.lanes) {
    const std::int64_t following = column + chunk.following(row, tile) * layout.channels;
    const Floats<size> x = values.then(job.x + following);
    Floats<size> dx = gradients.then(job.dy + following);
    for (int i = 0; i < size; ++i) {
      const float z = fmaf(channels.scale.value[i], x.value[i], channels.offset.value[i]);
      const float dz = argument_gradient<activation>(z, dx.value[i]);
      dx.value[i] = fmaf(from_dz.value[i], dz, fmaf(from_x.value[i], x.value[i], constant.value[i]));
    }
    store<size>(dx, job.dx + column + row * layout.channels);
  }
}

template <NormActivation activation, int size, class T, class Launch>
void run(const NormBackwardJob<T>& job, const Launch& launch) {
  const RowTile tile(job.layout.channels / size);
  const dim3 grid = chunks_grid(job.layout, tile);
  launch(grid, tile.num_threads(), sums<activation, size, T>, job, tile);
  launch(GroupsBlock::grid(job.layout), GroupsBlock::num_threads, finish<T>, job);
  launch(grid, tile.num_threads(), apply<activation, size, T>, job, tile);
}

template <NormActivation activation, class T, class Launch>
void run(const NormBackwardJob<T>& job, const Launch& launch) {
  if (fits_packs<T>(job.layout.channels, {job.x, job.dy, job.weight, job.bias, job.dx})) {
    run<activation, widest_pack<T>>(job, launch);
  } else {
    run<activation, 1>(job, launch);
  }
}

} // namespace norm_backward_kernels

/// The whole job, by a launcher of kernels. What is said of its memory's size is the caller's to keep.
template <class T, class Launch>
void run(const NormBackwardJob<T>& job, const Launch& launch) {
  if (job.activation == NormActivation::silu) {
    norm_backward_kernels::run<NormActivation::silu>(job, launch);
  } else {
    norm_backward_kernels::run<NormActivation::none>(job, launch);
  }
  run(ColumnSums<T>{job.totals, job.layout.samples, 2 * job.layout.channels, job.bias_and_weight_gradient}, launch);
}

} // namespace radforge
