#pragma once

#include "pack.cuh"

#include <cstdint>

namespace radforge {

/// How the threads of a block cover rows of memory: `columns` packs beside each other, `lanes` rows at a time, so that neighbours
/// in a block read neighbours in memory. Wide rows are cut among `column_blocks` blocks, blockIdx.x of the grid.
struct RowTile {
  static constexpr unsigned most_threads = 256;

  constexpr explicit RowTile(std::int64_t packs_in_row)
      : packs(static_cast<unsigned>(packs_in_row)), column_blocks((packs + most_threads - 1) / most_threads),
        columns((packs + column_blocks - 1) / column_blocks), lanes(most_threads / columns) {}

  constexpr unsigned num_threads() const { return columns * lanes; }

  unsigned packs;
  unsigned column_blocks;
  unsigned columns;
  unsigned lanes;
};

/// What a thread has of a tile.
struct TilePlace {
  __device__ explicit TilePlace(const RowTile& tile)
      : pack(blockIdx.x * tile.columns + threadIdx.x % tile.columns), lane(threadIdx.x / tile.columns),
        inside(pack < tile.packs) {}

  unsigned pack; ///< of the row
  unsigned lane;
  bool inside; ///< the last block's columns may end behind the row
};

/// Adds what the lanes of each column have, in the order of lanes, and writes the sums of quantity q from out[q * width] on.
template <int quantities, int size>
__device__ inline void sum_over_lanes(const RowTile& tile, const Floats<size> (&values)[quantities], float* out,
                                      std::int64_t width) {
  // One row an element of a pack; the padding spreads the reads below over the banks.
  __shared__ float shared[size][RowTile::most_threads + 4];
  const std::int64_t first = std::int64_t{blockIdx.x} * tile.columns * size;
  for (int q = 0; q < quantities; ++q) {
    __syncthreads();
    for (int i = 0; i < size; ++i) {
      shared[i][threadIdx.x] = values[q].value[i];
    }
    __syncthreads();
    for (unsigned element = threadIdx.x; element < tile.columns * size && first + element < width; element += blockDim.x) {
      float sum = 0;
      for (unsigned lane = 0; lane < tile.lanes; ++lane) {
        sum += shared[element % size][lane * tile.columns + element / size];
      }
      out[q * width + first + element] = sum;
    }
  }
}

} // namespace radforge
