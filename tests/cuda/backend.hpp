#pragma once

#include <cstdint>

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

/// Times that host code has waited for numbers of the device so far: copies to the CPU, item().
std::int64_t num_host_reads();

} // namespace radforge
