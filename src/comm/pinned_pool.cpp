#include "pinned_pool.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace radforge {

namespace {
constexpr std::size_t kLeast = 4096;
} // namespace

PinnedPool::PinnedPool(std::shared_ptr<GpuRuntime> runtime) : runtime_(std::move(runtime)) {}

PinnedPool::~PinnedPool() {
  for (const auto& [size, memory] : free_) {
    runtime_->release(Place::host, memory);
  }
}

std::shared_ptr<void> PinnedPool::take(std::size_t num_bytes) {
  // Powers of two, so that messages of nearly the same size find each other's memory.
  const std::size_t size = std::bit_ceil(std::max(num_bytes, kLeast));
  void* memory = nullptr;
  if (const auto found = free_.find(size); found != free_.end()) {
    memory = found->second;
    free_.erase(found);
  } else {
    memory = runtime_->allocate(Place::host, size);
  }
  return {memory, [pool = shared_from_this(), size](void* block) { pool->free_.emplace(size, block); }};
}

} // namespace radforge
