#pragma once

#include "radforge/doctor/diagnosis.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

/// What the operating system says of this machine and of what this process may use of it.
struct Machine {
  std::vector<int> cpus; ///< that this process may run on
  std::int64_t memory_bytes = 0;
  std::int64_t free_memory_bytes = 0;
  std::int64_t free_shared_memory_bytes = -1; ///< of /dev/shm; -1: not known
  std::int64_t most_files = 0;                ///< open at a time; -1: as many as one likes
  std::int64_t most_locked_bytes = 0;         ///< of memory that cannot be paged out, which InfiniBand wants; -1: all
  std::string kernel;
  std::string gpu_driver; ///< "" without one
  std::vector<Device> gpus;
  std::vector<std::vector<int>> cpus_of_gpus; ///< that are near to each
  std::vector<Device> ports;
  std::vector<bool> is_infiniband;     ///< a port; else it is Ethernet, which may be meant for other things
  std::vector<std::string> interfaces; ///< of the network, the machine's own (lo) among them
};

/// `root` is where /proc and /sys are, `gpu_tool` what tells the health of GPUs: others for tests. What is not there is left
/// empty.
Machine look_at_machine(const std::filesystem::path& root = "/", const std::string& gpu_tool = "nvidia-smi");

/// The numbers of "0-3,8": as the kernel writes lists of CPUs.
std::vector<int> cpu_list(const std::string& text);

} // namespace radforge
