#include "adamw.cuh"

#include "cuda_launch.hpp"

namespace radforge {

template <class Job>
void launch_on_cuda(const Job& job, CUstream_st* stream) {
  run(job, CudaLaunch(stream));
}

template void launch_on_cuda(const AdamWJob&, CUstream_st*);

} // namespace radforge
