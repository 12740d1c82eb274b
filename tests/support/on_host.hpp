#pragma once

#include "cuda_on_host.hpp"

namespace radforge {

/// Runs jobs of kernels on the CPU, where OnCuda (src/nn/cuda_jobs.hpp) runs them on a GPU. The kernels' source is to be
/// included.
class OnHost {
 public:
  explicit OnHost(TurnOrder order = TurnOrder::forward) : launch_(order) {}

  template <class Job>
  void operator()(const Job& job) const {
    run(job, launch_);
  }

 private:
  HostLaunch launch_;
};

} // namespace radforge
