#include "radforge/core/error.hpp"
#include "radforge/nn/device.hpp"

namespace radforge {

CudaDevices find_cuda_devices() { return {.devices = {}, .why_none = "this program was built without CUDA"}; }

void make_current(const at::Device&) { throw InternalError("a device of CUDA is used by a program that was built without it"); }

DeviceMemory memory_of(const at::Device&) {
  throw InternalError("the memory of a CUDA device is asked for by a program that was built without CUDA");
}

std::int64_t peak_memory_of(const at::Device&) { return 0; }

void* current_stream(const at::Device&) { return nullptr; }

void synchronize(const at::Device&) {}

} // namespace radforge
