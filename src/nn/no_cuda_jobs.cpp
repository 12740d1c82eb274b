#include "cuda_jobs.hpp"

#include "radforge/core/error.hpp"

namespace radforge {

template <class Job>
void run_on_cuda(const Job&) {
  throw InternalError(
      "a tensor lies on a GPU (this build of radforge has no CUDA). Build with RADFORGE_WITH_CUDA, or keep to the CPU");
}

} // namespace radforge

#include "cuda_job_instances.hpp" // after the definition: it makes one for each job
