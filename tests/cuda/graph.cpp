// Recorded work, in the place of what a build without CUDA has for it: recording does nothing of the work, and refuses what a
// stream refuses that records.
#include "backend.hpp"

#include "radforge/nn/device_graph.hpp"

namespace radforge {

struct DeviceGraph::Impl {
  std::function<void()> work;
};

DeviceGraph::DeviceGraph(const std::function<void()>& work) : impl_(std::make_unique<Impl>(work)) {
  const DeviceRecording recording;
  work();
}

DeviceGraph::~DeviceGraph() = default;

void DeviceGraph::launch() { impl_->work(); }

} // namespace radforge
