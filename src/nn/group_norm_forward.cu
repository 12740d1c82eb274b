#include "group_norm_forward.cuh"

#include "cuda_launch.hpp"

namespace radforge {

template <class Job>
void launch_on_cuda(const Job& job, CUstream_st* stream) {
  run(job, CudaLaunch(stream));
}

template void launch_on_cuda(const NormForwardJob<float>&, CUstream_st*);
template void launch_on_cuda(const NormForwardJob<Bf16>&, CUstream_st*);

} // namespace radforge
