// The kernels of src/nn, on this machine's memory: takes the place of what a build without CUDA has for them.
#include "backend.hpp"

#include "on_host.hpp"

#include "../../src/nn/adamw.cuh"
#include "../../src/nn/cuda_jobs.hpp"
#include "../../src/nn/geglu.cuh"
#include "../../src/nn/group_norm_backward.cuh"
#include "../../src/nn/group_norm_forward.cuh"
#include "../../src/nn/keyed_random.cuh"

namespace radforge {

template <class Job>
void run_on_cuda(const Job& job) {
  const DeviceAccess access;
  OnHost()(job);
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
