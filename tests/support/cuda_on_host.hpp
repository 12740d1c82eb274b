#pragma once

// What the kernels of src/nn/*.cuh need of CUDA C++, on the CPU: a test that includes their source runs it, grid by grid, with
// barriers and shared memory. Blocks come one after the other, so that shared memory is static memory.

#include "block_on_host.hpp"

#include <bit>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>

#define __global__
#define __device__
#define __shared__ static
#define __launch_bounds__(...)

struct dim3 {
  unsigned x = 1;
  unsigned y = 1;
  unsigned z = 1;
};

inline thread_local dim3 gridDim;
inline thread_local dim3 blockDim;
inline thread_local dim3 blockIdx;

/// An object, for it is another one after each barrier.
struct ThreadIndexOnHost {
  struct X {
    operator unsigned() const { return radforge::BlockOnHost::running()->thread(); } // NOLINT: as CUDA's, a number
  };
  X x;
};
inline constexpr ThreadIndexOnHost threadIdx;

inline void __syncthreads() { radforge::BlockOnHost::running()->wait(); }

namespace radforge {

inline float fast_quotient(float a, float b) { return a / b; }

/// To the nearest, ties to even; what is not a number becomes 0x7fff, as on the device.
inline std::uint16_t bf16_bits_of(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return x != x ? std::uint16_t{0x7fff} : static_cast<std::uint16_t>((bits + 0x7fffU + (bits >> 16 & 1U)) >> 16);
}

/// Starts kernels as CudaLaunch does; the grid has run when it returns.
class HostLaunch {
 public:
  explicit HostLaunch(TurnOrder order = TurnOrder::forward) : order_(order) {}

  template <class... Parameters, class... Arguments>
  void operator()(dim3 grid, unsigned num_threads, void (*kernel)(Parameters...), const Arguments&... arguments) const {
    if (num_threads == 0 || num_threads > 1024 || grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.y > 65535 || grid.z > 65535) {
      throw std::runtime_error("a grid or a block of a size that CUDA does not start");
    }
    std::unique_ptr<BlockOnHost> block = std::move(BlockOnHost::kept()[num_threads]);
    if (!block) {
      block = std::make_unique<BlockOnHost>(num_threads);
    }
    gridDim = grid;
    blockDim = {num_threads, 1, 1};
    unsigned seed = 1;
    for (const unsigned i : turns_of(grid.x * grid.y * grid.z, order_, seed)) {
      blockIdx = {i % grid.x, i / grid.x % grid.y, i / grid.x / grid.y};
      block->run([&](unsigned) { kernel(arguments...); }, order_, ++seed);
    }
    BlockOnHost::kept()[num_threads] = std::move(block);
  }

 private:
  TurnOrder order_;
};

} // namespace radforge
