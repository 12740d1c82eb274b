#include "radforge/core/error.hpp"
#include "radforge/nn/device_graph.hpp"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>

#include <exception>

namespace radforge {

struct DeviceGraph::Impl {
  at::cuda::CUDAGraph graph;
};

DeviceGraph::DeviceGraph(const std::function<void()>& work) : impl_(std::make_unique<Impl>()) {
  // Graphs are launched one after the other, so the memory that one needs between its ends is the next one's too; what eager runs
  // have left in the allocator goes back first, or there would be room for neither.
  static const auto pool = at::cuda::graph_pool_handle();
  c10::cuda::CUDACachingAllocator::emptyCache();
  // Other threads go on meanwhile: one writes a checkpoint, another looks at events.
  impl_->graph.capture_begin(pool, cudaStreamCaptureModeThreadLocal);
  try {
    work();
  } catch (...) {
    try {
      impl_->graph.capture_end();
    } catch (const std::exception&) { // of both errors the first is the reason
    }
    throw;
  }
  impl_->graph.capture_end();
}

DeviceGraph::~DeviceGraph() = default;

void DeviceGraph::launch() { impl_->graph.replay(); }

} // namespace radforge
