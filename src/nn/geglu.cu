#include "geglu.cuh"

#include "cuda_launch.hpp"

namespace radforge {

template <class Job>
void launch_on_cuda(const Job& job, CUstream_st* stream) {
  run(job, CudaLaunch(stream));
}

template void launch_on_cuda(const GegluForwardJob<float>&, CUstream_st*);
template void launch_on_cuda(const GegluForwardJob<Bf16>&, CUstream_st*);
template void launch_on_cuda(const GegluBackwardJob<float>&, CUstream_st*);
template void launch_on_cuda(const GegluBackwardJob<Bf16>&, CUstream_st*);

} // namespace radforge
