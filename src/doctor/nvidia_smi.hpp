#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace radforge {

/// What NVIDIA's own tool says of a GPU.
struct GpuHealth {
  std::int64_t memory_bytes = 0; ///< 0: not told
  std::string problem;           ///< "", or what is wrong with it
};

/// Of each GPU by its place on the bus, "0000:3b:00.0", as `program` (nvidia-smi) tells within some seconds. Empty without one,
/// or where it does not answer. Uncorrected errors of the memory since the driver was started, rows of it that wait to be
/// replaced or cannot be, and slowing down for heat or power are problems.
std::map<std::string, GpuHealth> ask_nvidia_smi(const std::string& program = "nvidia-smi");

} // namespace radforge
