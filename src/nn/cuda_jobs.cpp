#include "cuda_jobs.hpp"

#include "cuda_launch.hpp"

#include "radforge/core/error.hpp"

#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>

namespace radforge {

template <class Job>
void run_on_cuda(const Job& job) {
  launch_on_cuda(job, c10::cuda::getCurrentCUDAStream().stream());
  const cudaError_t error = cudaGetLastError();
  if (error != cudaSuccess) {
    throw CommunicationError(
        "the GPU started no kernel ({}). Look at what nvidia-smi and the kernel's log say of it, and whether "
        "this build has code for it (docs/build.md)",
        cudaGetErrorString(error));
  }
}

} // namespace radforge

#include "cuda_job_instances.hpp" // after the definition: it makes one for each job
