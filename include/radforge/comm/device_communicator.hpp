#pragma once

#include "radforge/comm/communicator.hpp"

#include <functional>
#include <memory>

namespace radforge {

/// GPUs that this process sees; 0 without a driver, and in a build without CUDA.
int num_gpus();

/// The stream (cudaStream_t) on which the calling thread computes; empty = CUDA's default stream.
using CurrentStream = std::function<void*()>;

/// Collectives of device memory through `control`, which outlives this: copied to the host, where they are made, and back. For
/// ranks that share a GPU, or where NCCL is not wanted. Each call, and Work::wait(), waits on the host for the caller's stream.
/// Those of host memory are `control`'s. Errors: ConfigError in a build without CUDA; CommunicationError.
std::unique_ptr<Communicator> make_staged_communicator(Communicator& control, CurrentStream current_stream);

} // namespace radforge
