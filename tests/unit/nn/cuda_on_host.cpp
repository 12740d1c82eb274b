#include "cuda_on_host.hpp"

#include <catch2/catch.hpp>

#include <numeric>
#include <vector>

using namespace radforge;

namespace {

__global__ void reversed(const int* from, int* to) {
  __shared__ int shared[64];
  shared[threadIdx.x] = from[blockIdx.x * blockDim.x + threadIdx.x];
  __syncthreads();
  to[blockIdx.x * blockDim.x + threadIdx.x] = shared[blockDim.x - 1 - threadIdx.x];
}

__global__ void reversed_without_barrier(const int* from, int* to) {
  __shared__ int shared[64];
  shared[threadIdx.x] = from[blockIdx.x * blockDim.x + threadIdx.x];
  to[blockIdx.x * blockDim.x + threadIdx.x] = shared[blockDim.x - 1 - threadIdx.x];
}

__global__ void half_waits() {
  if (threadIdx.x % 2 == 0) {
    __syncthreads();
  }
}

__global__ void places(unsigned* to) {
  const unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  to[block * blockDim.x + threadIdx.x] = block * blockDim.x + threadIdx.x;
}

std::vector<int> run(void (*kernel)(const int*, int*), TurnOrder order) {
  std::vector<int> from(256);
  std::iota(from.begin(), from.end(), 1);
  std::vector<int> to(from.size());
  HostLaunch launch(order);
  launch(dim3{4}, 64, kernel, from.data(), to.data());
  return to;
}

} // namespace

TEST_CASE("a kernel on the CPU has shared memory and barriers in any order of threads") {
  std::vector<int> expected;
  for (int block = 0; block < 4; ++block) {
    for (int i = 64; i > 0; --i) {
      expected.push_back(64 * block + i);
    }
  }
  const auto order = GENERATE(TurnOrder::forward, TurnOrder::backward, TurnOrder::shuffled);
  CHECK(run(reversed, order) == expected);
  CHECK_FALSE(run(reversed_without_barrier, order) == expected);
}

TEST_CASE("each thread of a grid on the CPU runs once, at its place") {
  std::vector<unsigned> found(2 * 3 * 4 * 5);
  std::vector<unsigned> expected(found.size());
  std::iota(expected.begin(), expected.end(), 0U);
  HostLaunch(TurnOrder::shuffled)(dim3{2, 3, 4}, 5, places, found.data());
  CHECK(found == expected);
}

TEST_CASE("what a GPU refuses, or hangs on, is an error on the CPU") {
  CHECK_THROWS_WITH(HostLaunch()(dim3{1}, 4, half_waits), Catch::Contains("barrier"));
  CHECK_THROWS_WITH(HostLaunch()(dim3{1}, 1025, half_waits), Catch::Contains("size"));
  CHECK_THROWS_WITH(HostLaunch()(dim3{1, 70000, 1}, 32, half_waits), Catch::Contains("size"));
}
