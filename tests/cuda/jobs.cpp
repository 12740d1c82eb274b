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

} // namespace radforge

#include "../../src/nn/cuda_job_instances.hpp" // after the definition: it makes one for each job
