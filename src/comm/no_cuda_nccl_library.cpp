#include "nccl_library.hpp"

#include "radforge/core/error.hpp"

namespace radforge {

std::shared_ptr<NcclLibrary> open_nccl_library() {
  throw ConfigError(
      "NCCL cannot be used (this build has no CUDA): build with `cmake --preset cuda`, or let the ranks talk by MPI");
}

} // namespace radforge
