#include "gpu_runtime.hpp"

#include "radforge/comm/device_communicator.hpp"
#include "radforge/core/error.hpp"

namespace radforge {

std::shared_ptr<GpuRuntime> open_gpu_runtime() {
  throw ConfigError("no GPU can be used (this build has no CUDA): build with `cmake --preset cuda`, or run on the CPU");
}

int num_gpus() { return 0; }

} // namespace radforge
