#pragma once

#include "radforge/comm/communicator.hpp"

#include <functional>
#include <memory>

namespace radforge {

/// GPUs that this process sees; 0 without a driver, and in a build without CUDA.
int num_gpus();

/// The stream (cudaStream_t) on which the calling thread computes; empty = CUDA's default stream.
using CurrentStream = std::function<void*()>;

struct NcclOptions {
  /// Of this process. No two ranks of a communicator may use the same GPU.
  int device = 0;
  CurrentStream current_stream;
  // Seconds; 0 = none.
  double start_deadline_s = 300;
  /// For the collective that is next to end: since it was called or, if that is later, since the one before it ended. The
  /// computation that stands before it on the caller's stream counts too.
  double collective_deadline_s = 600;
  /// For all ranks to come to the end.
  double end_deadline_s = 60;
};

/// Collectives of device memory by NCCL, on a stream of their own; those of host memory, barrier() and abort() are `control`'s,
/// which outlives this. Collective.
///
/// Nothing here waits on the host for the GPU. A collective begins when what the caller's stream was given before it is done, and
/// for device memory "done" means: in the order of the caller's stream. So all_reduce() and the other blocking calls, and
/// Work::wait(), return at once, and what is launched on the stream after them sees the result; who reads it on the host copies
/// it by that stream. Work::done() says whether it is really there. Works may be waited for in any order, and on another stream
/// than that of the start. In the first collectives NCCL connects the ranks, for which the host waits. Ranks with several
/// communicators make the calls of all of them in one order.
///
/// A thread looks at NCCL ten times a second. When NCCL reports an error, a call of it fails or a collective is overdue, the
/// communicator is aborted, once, which also ends the kernels that wait for a peer; from then on every call, of host memory and
/// of a Work too, throws a CommunicationError with the collective, the rank and the reason. No data that came after the last good
/// check can be trusted: the run must end and be resumed.
///
/// The destructor waits for the other ranks until the deadline, but not when an exception passes or after an error; it aborts
/// then. It never hangs. The calling thread's current device is set to `device`, and must be it in all calls.
///
/// Errors: ConfigError in a build without CUDA; CommunicationError, agreed, if the ranks' NCCL is of different versions, a rank's
/// GPU cannot be used, or the set-up fails or takes too long.
/// Source: NCCL user guide, "Communicators" (non-blocking) and "Error handling and communicator abort".
std::unique_ptr<Communicator> make_nccl_communicator(Communicator& control, NcclOptions options);

/// Collectives of device memory through `control`, which outlives this: copied to the host, where they are made, and back. For
/// ranks that share a GPU, or where NCCL is not wanted. Each call, and Work::wait(), waits on the host for the caller's stream.
/// Those of host memory are `control`'s. Errors: ConfigError in a build without CUDA; CommunicationError.
std::unique_ptr<Communicator> make_staged_communicator(Communicator& control, CurrentStream current_stream);

} // namespace radforge
