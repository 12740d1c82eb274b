#include "cuda_call.hpp"

#include "radforge/core/error.hpp"

namespace radforge {

void check_cuda(cudaError_t code, const char* what) {
  if (code != cudaSuccess) {
    throw CommunicationError("{} failed ({}: {}). Look at the device by nvidia-smi and `radforge doctor`, and start again", what,
                             cudaGetErrorName(code), cudaGetErrorString(code));
  }
}

} // namespace radforge
