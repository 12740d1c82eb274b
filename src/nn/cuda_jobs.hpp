#pragma once

namespace radforge {

/// Runs a job (*_job.hpp) on the current stream of the current device, whose memory it names; returns when it is started. Errors:
/// CommunicationError (the device refuses), InternalError (a build without CUDA).
template <class Job>
void run_on_cuda(const Job& job);

/// The same as an object, for code that is told how to run jobs.
struct OnCuda {
  template <class Job>
  void operator()(const Job& job) const {
    run_on_cuda(job);
  }
};

} // namespace radforge
