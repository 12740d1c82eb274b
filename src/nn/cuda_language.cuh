#pragma once

// CUDA C++ as the kernels of this folder use it: nvcc's, or in tests what runs their source on the CPU. Beside these names they
// use ordinary functions: fmaf and sqrtf are single operations, rounded correctly, on both.

#ifdef __CUDACC__

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include <cstdint>

namespace radforge {

/// a / b within 2 ulp; 0 where b lies above 2^126.
__device__ inline float fast_quotient(float a, float b) { return __fdividef(a, b); }

__device__ inline std::uint16_t bf16_bits_of(float x) { return __bfloat16_as_ushort(__float2bfloat16_rn(x)); }

/// Starts kernels on a stream.
class CudaLaunch {
 public:
  explicit CudaLaunch(cudaStream_t stream) : stream_(stream) {}

  template <class... Parameters, class... Arguments>
  void operator()(dim3 grid, unsigned num_threads, void (*kernel)(Parameters...), const Arguments&... arguments) const {
    kernel<<<grid, num_threads, 0, stream_>>>(arguments...);
  }

 private:
  cudaStream_t stream_;
};

} // namespace radforge

#else

#include "cuda_on_host.hpp" // of tests/support

#endif
