#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

namespace radforge {

/// Work of a CUDA device that is recorded once, and from then on launched as a whole: the host no longer starts kernel after
/// kernel. The work reads and writes tensors that stay where they are, waits for no number of the device, and takes each turn of
/// an `if` as it did when it was recorded. Tensors that it leaves stay where they are as long as somebody holds them; graphs
/// share the rest of their memory, so one is launched at a time.
class DeviceGraph {
 public:
  /// Records `work`, which must have run before, so that libraries have chosen their algorithms. It is not done by that: launch()
  /// does it. The current stream is not the default one (choose_device() sees to that). Errors: what `work` throws, and what CUDA
  /// says of an operation that cannot be recorded (c10::Error).
  explicit DeviceGraph(const std::function<void()>& work);
  ~DeviceGraph();
  DeviceGraph(const DeviceGraph&) = delete;
  DeviceGraph& operator=(const DeviceGraph&) = delete;

  /// Starts the work on the current stream.
  void launch();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace radforge
