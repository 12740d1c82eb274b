#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace radforge {

/// While one exists, the device's memory may be touched: by what stands for a kernel. Otherwise who follows a pointer into it
/// ends with a segmentation fault, as on a GPU.
class DeviceAccess {
 public:
  DeviceAccess();
  ~DeviceAccess();
  DeviceAccess(const DeviceAccess&) = delete;
  DeviceAccess& operator=(const DeviceAccess&) = delete;
};

/// While one exists, copies between host and device end with c10::Error, as while a stream records; at its end the device's
/// memory is what it was before.
class DeviceRecording {
 public:
  DeviceRecording();
  ~DeviceRecording();
  DeviceRecording(const DeviceRecording&) = delete;
  DeviceRecording& operator=(const DeviceRecording&) = delete;

 private:
  std::vector<std::byte> memory_;
};

/// Times that host code has waited for numbers of the device so far: copies to the CPU, item().
std::int64_t num_host_reads();

} // namespace radforge
