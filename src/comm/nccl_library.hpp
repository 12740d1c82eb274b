#pragma once

#include "radforge/comm/communicator.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string>

namespace radforge {

/// By what the ranks of a communicator find each other; made by one of them.
using NcclId = std::array<std::byte, 128>;

enum class NcclState { ready, in_progress };

/// What a communicator needs of NCCL, so that tests can do without a GPU. Handles are opaque. All communicators are non-blocking
/// (ncclConfig_t::blocking = 0): after each call the library may be busy with it, and nothing but state() and abort() may be
/// called until it is ready; only then has a collective been handed to its stream. Not thread-safe for one communicator. Errors:
/// CommunicationError that names the call and NCCL's text, without advice.
/// Source: NCCL user guide, "Communicators" and "Error handling and communicator abort".
class NcclLibrary {
 public:
  virtual ~NcclLibrary() = default;

  virtual std::string version() = 0; ///< "2.28.9"
  virtual NcclId make_id() = 0;
  /// Begins a communicator of this rank's current device; nothing is left of one that fails here.
  virtual void* init(const NcclId& id, int rank, int num_ranks) = 0;
  /// Errors: also those that came after a call had returned (ncclCommGetAsyncError).
  virtual NcclState state(void* communicator) = 0;
  /// Begins the end: all that was started is completed, and the ranks wait for each other.
  virtual void finalize(void* communicator) = 0;
  /// After finalize(), when ready: the handle is gone.
  virtual void destroy(void* communicator) = 0;
  /// Instead of finalize() and destroy(), at any time: what is under way ends with any data, and the handle is gone.
  virtual void abort(void* communicator) = 0;

  // As in Communicator, of device memory, in the order of the stream.
  virtual void all_reduce(void* communicator, Buffer values, ReduceOp op, void* stream) = 0;
  virtual void broadcast(void* communicator, Buffer values, int root, void* stream) = 0;
  virtual void all_gather(void* communicator, Buffer in, Buffer out, void* stream) = 0;
  virtual void reduce_scatter(void* communicator, Buffer in, Buffer out, ReduceOp op, void* stream) = 0;
};

/// NCCL itself. Errors: ConfigError in a build without CUDA.
std::shared_ptr<NcclLibrary> open_nccl_library();

} // namespace radforge
