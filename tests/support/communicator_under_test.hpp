#pragma once

#include "../../src/comm/gpu_stream.hpp"
#include "radforge/comm/communicator.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace radforge {

/// A communicator and, if it takes device memory, the GPU of that memory with the stream on which the test computes.
class CommunicatorUnderTest {
 public:
  using Make = std::function<std::unique_ptr<Communicator>(std::function<void*()> current_stream)>;

  /// Of host memory alone.
  CommunicatorUnderTest(std::string name, std::unique_ptr<Communicator> communicator)
      : name_(std::move(name)), communicator_(std::move(communicator)) {}
  CommunicatorUnderTest(std::string name, std::shared_ptr<GpuRuntime> runtime, const Make& make)
      : name_(std::move(name)), runtime_(std::move(runtime)), stream_(std::make_unique<GpuStream>(runtime_)),
        communicator_(make([stream = stream_->get()] { return stream; })) {}

  const std::string& name() const { return name_; }
  Communicator& ranks() const { return *communicator_; }
  std::vector<Place> places() const {
    return runtime_ ? std::vector<Place>{Place::host, Place::cuda} : std::vector<Place>{Place::host};
  }
  GpuRuntime& runtime() const { return *runtime_; }
  void* stream() const { return stream_->get(); }

 private:
  std::string name_;
  std::shared_ptr<GpuRuntime> runtime_;
  std::unique_ptr<GpuStream> stream_;
  std::unique_ptr<Communicator> communicator_;
};

} // namespace radforge
