#pragma once

#include "gpu_runtime.hpp"

#include <cstddef>
#include <map>
#include <memory>

namespace radforge {

/// Pinned host memory that is used again, since getting and giving back takes longer than a copy. One thread.
class PinnedPool : public std::enable_shared_from_this<PinnedPool> {
 public:
  explicit PinnedPool(std::shared_ptr<GpuRuntime> runtime);
  ~PinnedPool();
  PinnedPool(const PinnedPool&) = delete;
  PinnedPool& operator=(const PinnedPool&) = delete;

  /// At least so many bytes, back in the pool when let go. Errors: GpuRuntime's.
  std::shared_ptr<void> take(std::size_t num_bytes);

 private:
  std::shared_ptr<GpuRuntime> runtime_;
  std::multimap<std::size_t, void*> free_; ///< by size
};

} // namespace radforge
