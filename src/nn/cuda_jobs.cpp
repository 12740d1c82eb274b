#include "cuda_jobs.hpp"

#include "adamw_job.hpp"
#include "cuda_launch.hpp"
#include "element.hpp"
#include "geglu_job.hpp"
#include "group_norm_job.hpp"
#include "keyed_normals_job.hpp"

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

template void run_on_cuda(const NormForwardJob<float>&);
template void run_on_cuda(const NormForwardJob<Bf16>&);
template void run_on_cuda(const NormBackwardJob<float>&);
template void run_on_cuda(const NormBackwardJob<Bf16>&);
template void run_on_cuda(const GegluForwardJob<float>&);
template void run_on_cuda(const GegluForwardJob<Bf16>&);
template void run_on_cuda(const GegluBackwardJob<float>&);
template void run_on_cuda(const GegluBackwardJob<Bf16>&);
template void run_on_cuda(const AdamWJob&);
template void run_on_cuda(const KeyedNormalsJob&);

} // namespace radforge
