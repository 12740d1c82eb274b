#pragma once

struct CUstream_st; // cudaStream_t is a pointer to it

namespace radforge {

/// Starts the kernels of a job (*_job.hpp) on a stream of the current device. Defined in *.cu for the jobs there are.
template <class Job>
void launch_on_cuda(const Job& job, CUstream_st* stream);

} // namespace radforge
