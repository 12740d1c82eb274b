#include "process_setup.hpp"

#include <ATen/Parallel.h>

#include <sched.h>

#include <algorithm>
#include <cstdlib>

namespace radforge {

namespace {

int ranks_on_node() {
  for (const char* name : {"OMPI_COMM_WORLD_LOCAL_SIZE", "SLURM_NTASKS_PER_NODE", "MPI_LOCALNRANKS"}) {
    if (const char* value = std::getenv(name)) {
      return std::max(1, std::atoi(value));
    }
  }
  return 1;
}

} // namespace

void set_threads_of_rank() {
  if (std::getenv("OMP_NUM_THREADS") != nullptr) {
    return;
  }
  cpu_set_t cores;
  CPU_ZERO(&cores);
  const int num_cores = sched_getaffinity(0, sizeof(cores), &cores) == 0 ? CPU_COUNT(&cores) : 1;
  at::set_num_threads(std::max(1, num_cores / ranks_on_node()));
}

} // namespace radforge
