#include "gpu_runtime.hpp"

#include "radforge/comm/device_communicator.hpp"
#include "radforge/core/error.hpp"

#include <cuda_runtime_api.h>

namespace radforge {

namespace {

void check_cuda(cudaError_t code, const char* call) {
  if (code == cudaSuccess) {
    return;
  }
  // Whoever asks next for the last error must not take this one for its own.
  cudaGetLastError();
  throw CommunicationError("{} failed ({}, code {})", call, cudaGetErrorString(code), static_cast<int>(code));
}

cudaStream_t stream_of(void* stream) { return static_cast<cudaStream_t>(stream); }
cudaEvent_t event_of(void* event) { return static_cast<cudaEvent_t>(event); }

class CudaRuntime final : public GpuRuntime {
 public:
  void set_device(int device) override { check_cuda(cudaSetDevice(device), "cudaSetDevice"); }

  void* create_stream() override {
    int least = 0;
    int greatest = 0;
    check_cuda(cudaDeviceGetStreamPriorityRange(&least, &greatest), "cudaDeviceGetStreamPriorityRange");
    cudaStream_t stream = nullptr;
    check_cuda(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, greatest), "cudaStreamCreateWithPriority");
    return stream;
  }
  void destroy_stream(void* stream) noexcept override { cudaStreamDestroy(stream_of(stream)); }
  void synchronize(void* stream) override { check_cuda(cudaStreamSynchronize(stream_of(stream)), "cudaStreamSynchronize"); }

  void* create_event() override {
    cudaEvent_t event = nullptr;
    check_cuda(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "cudaEventCreateWithFlags");
    return event;
  }
  void destroy_event(void* event) noexcept override { cudaEventDestroy(event_of(event)); }
  void record(void* event, void* stream) override {
    check_cuda(cudaEventRecord(event_of(event), stream_of(stream)), "cudaEventRecord");
  }
  void make_wait(void* stream, void* event) override {
    check_cuda(cudaStreamWaitEvent(stream_of(stream), event_of(event), 0), "cudaStreamWaitEvent");
  }
  bool is_done(void* event) override {
    const cudaError_t code = cudaEventQuery(event_of(event));
    if (code == cudaErrorNotReady) {
      cudaGetLastError(); // no error, but it would be found as one
      return false;
    }
    check_cuda(code, "cudaEventQuery");
    return true;
  }

  void copy(void* to, const void* from, std::size_t num_bytes, void* stream) override {
    check_cuda(cudaMemcpyAsync(to, from, num_bytes, cudaMemcpyDefault, stream_of(stream)), "cudaMemcpyAsync");
  }
  void* allocate(Place where, std::size_t num_bytes) override {
    void* memory = nullptr;
    if (where == Place::host) {
      check_cuda(cudaHostAlloc(&memory, num_bytes, cudaHostAllocDefault), "cudaHostAlloc");
    } else {
      check_cuda(cudaMalloc(&memory, num_bytes), "cudaMalloc");
    }
    return memory;
  }
  void release(Place where, void* memory) noexcept override {
    if (where == Place::host) {
      cudaFreeHost(memory);
    } else {
      cudaFree(memory);
    }
  }
};

} // namespace

std::shared_ptr<GpuRuntime> open_gpu_runtime() { return std::make_shared<CudaRuntime>(); }

int num_gpus() {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) { // without a driver too
    cudaGetLastError();
    return 0;
  }
  return count;
}

} // namespace radforge
