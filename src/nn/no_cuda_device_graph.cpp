#include "radforge/nn/device_graph.hpp"

#include <utility>

namespace radforge {

/// Without CUDA nothing can be recorded, so that the work is done anew each time.
struct DeviceGraph::Impl {
  std::function<void()> work;
};

DeviceGraph::DeviceGraph(const std::function<void()>& work) : impl_(std::make_unique<Impl>(work)) {}

DeviceGraph::~DeviceGraph() = default;

void DeviceGraph::launch() { impl_->work(); }

} // namespace radforge
