#include "radforge/core/error.hpp"
#include "radforge/nn/device_graph.hpp"

#include <ATen/cuda/CUDAGraph.h>

#include <exception>

namespace radforge {

struct DeviceGraph::Impl {
  at::cuda::CUDAGraph graph;
};

DeviceGraph::DeviceGraph(const std::function<void()>& work) : impl_(std::make_unique<Impl>()) {
  // Other threads go on meanwhile: one writes a checkpoint, the watchdog looks at events.
  impl_->graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
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
