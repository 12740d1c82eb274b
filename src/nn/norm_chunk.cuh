#pragma once

#include "group_norm_job.hpp"
#include "row_tile.cuh"

#include "radforge/nn/norm_activation.hpp"

#include <cstdint>

namespace radforge {

/// The rows that a thread of a grid of column blocks x chunks x samples goes through.
struct NormChunk {
  __device__ NormChunk(const NormLayout& layout, const TilePlace& place)
      : sample(blockIdx.z), begin(blockIdx.y * layout.rows_in_chunk), first(begin + place.lane),
        end(begin + layout.rows_in_chunk < layout.rows ? begin + layout.rows_in_chunk : layout.rows) {}

  __device__ bool has_rows() const { return first < end; }
  /// The row after `row`, or `row` where there is none.
  __device__ std::int64_t following(std::int64_t row, const RowTile& tile) const {
    return row + tile.lanes < end ? row + tile.lanes : row;
  }

  std::int64_t sample;
  std::int64_t begin; ///< of the chunk
  std::int64_t first; ///< of the thread
  std::int64_t end;
};

/// Rows of a chunk that each lane of a tile goes through.
struct LaneRows {
  __device__ LaneRows(const NormChunk& chunk, const RowTile& tile)
      : all(static_cast<unsigned>(chunk.end - chunk.begin)), fewest(all / tile.lanes), rest(all % tile.lanes) {}

  __device__ float of(unsigned lane) const { return static_cast<float>(fewest + (lane < rest ? 1 : 0)); }

  unsigned all;
  unsigned fewest;
  unsigned rest; ///< lanes that have one more
};

inline dim3 chunks_grid(const NormLayout& layout, const RowTile& tile) {
  return {tile.column_blocks, static_cast<unsigned>(layout.chunks), static_cast<unsigned>(layout.samples)};
}

/// Threads of a block that works on whole groups of a sample, and the channels of these.
struct GroupsBlock {
  static constexpr unsigned num_threads = 256;

  static constexpr std::int64_t num_channels(const NormLayout& layout) {
    return (num_threads > layout.width ? num_threads / layout.width : 1) * layout.width;
  }
  static dim3 grid(const NormLayout& layout) {
    const std::int64_t own = num_channels(layout);
    return {static_cast<unsigned>((layout.channels + own - 1) / own), static_cast<unsigned>(layout.samples), 1};
  }

  __device__ explicit GroupsBlock(const NormLayout& layout)
      : sample(blockIdx.y), first(blockIdx.x * num_channels(layout) + threadIdx.x),
        end((blockIdx.x + 1) * num_channels(layout) < layout.channels ? (blockIdx.x + 1) * num_channels(layout)
                                                                      : layout.channels) {}

  std::int64_t sample;
  std::int64_t first; ///< channel of the thread, which has every num_threads-th
  std::int64_t end;
};

__device__ inline float sigmoid(float z) { return fast_quotient(1.0F, 1.0F + expf(-z)); }

template <NormActivation activation>
__device__ inline float activated(float z) {
  return activation == NormActivation::silu ? fast_quotient(z, 1.0F + expf(-z)) : z;
}

/// The gradient of the activation's argument z.
template <NormActivation activation>
__device__ inline float argument_gradient(float z, float dy) {
  if constexpr (activation == NormActivation::none) {
    return dy;
  } else {
    const float s = sigmoid(z);
    return dy * fmaf(fmaf(-z, s, z), s, s); // s + z s (1 - s)
  }
}

} // namespace radforge
