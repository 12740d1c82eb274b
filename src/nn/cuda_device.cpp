#include "cuda_call.hpp"

#include "radforge/core/error.hpp"
#include "radforge/nn/device.hpp"

#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>

#include <array>

namespace radforge {

namespace {

std::string version_text(int version) { return fmt::format("{}.{}", version / 1000, version % 1000 / 10); }

std::string why_none(cudaError_t code) {
  int driver = 0;
  int runtime = 0;
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  if (driver == 0) {
    return "no driver of NVIDIA is installed";
  }
  if (code == cudaErrorInsufficientDriver) {
    return fmt::format("the driver serves CUDA up to {}, this program needs {}", version_text(driver), version_text(runtime));
  }
  if (code == cudaErrorNoDevice || code == cudaSuccess) {
    return "the driver shows no device: CUDA_VISIBLE_DEVICES is empty, or the job has none";
  }
  return fmt::format("{}: {}", cudaGetErrorName(code), cudaGetErrorString(code));
}

} // namespace

CudaDevices find_cuda_devices() {
  int count = 0;
  const cudaError_t code = cudaGetDeviceCount(&count);
  if (code != cudaSuccess || count == 0) {
    cudaGetLastError(); // what was found out is no error of a later call
    return {.devices = {}, .why_none = why_none(code)};
  }
  CudaDevices found;
  for (int i = 0; i < count; ++i) {
    cudaDeviceProp properties{};
    std::array<char, 32> bus_id{};
    check_cuda(cudaGetDeviceProperties(&properties, i), "cudaGetDeviceProperties");
    check_cuda(cudaDeviceGetPCIBusId(bus_id.data(), static_cast<int>(bus_id.size()), i), "cudaDeviceGetPCIBusId");
    found.devices.push_back({properties.name, bus_id.data(), static_cast<std::int64_t>(properties.totalGlobalMem)});
  }
  return found;
}

void make_current(const at::Device& device) {
  c10::cuda::set_device(device.index());
  // Not the default stream, on which nothing can be recorded (nn/device_graph.hpp).
  c10::cuda::setCurrentCUDAStream(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device.index()));
}

DeviceMemory memory_of(const at::Device& device) {
  require(device.is_cuda(), "the memory of a CUDA device is asked for");
  std::size_t free = 0;
  std::size_t total = 0;
  check_cuda(cudaSetDevice(device.index()), "cudaSetDevice");
  check_cuda(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  return {static_cast<std::int64_t>(free), static_cast<std::int64_t>(total)};
}

std::int64_t peak_memory_of(const at::Device& device) {
  constexpr auto all = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return c10::cuda::CUDACachingAllocator::getDeviceStats(device.index()).allocated_bytes[all].peak;
}

void* current_stream(const at::Device& device) { return c10::cuda::getCurrentCUDAStream(device.index()).stream(); }

void synchronize(const at::Device& device) {
  if (device.is_cuda()) {
    check_cuda(cudaSetDevice(device.index()), "cudaSetDevice");
    check_cuda(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
  }
}

} // namespace radforge
