#include "../../../src/doctor/machine.hpp"

#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace radforge;

namespace {

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text << '\n';
}

} // namespace

TEST_CASE("lists of CPUs read as the kernel writes them") {
  CHECK(cpu_list("0-3,8,10-11") == std::vector<int>{0, 1, 2, 3, 8, 10, 11});
  CHECK(cpu_list("").empty());
  CHECK(cpu_list("nonsense").empty());
}

TEST_CASE("GPUs and ports are those of the kernel's files") {
  const TempFolder root;
  write(root / "proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\nMemAvailable:   4096 kB");
  write(root / "proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15\nGCC version: 12");
  const std::string bus = "0000:03:00.0";
  write(root / "proc/driver/nvidia/gpus" / bus / "information", "Model: \t\t NVIDIA A100-SXM4-40GB\nIRQ:   \t\t 76");
  write(root / "sys/bus/pci/devices" / bus / "numa_node", "3");
  write(root / "sys/bus/pci/devices" / bus / "local_cpulist", "18-23");
  write(root / "sys/bus/pci/devices" / bus / "current_link_width", "8");
  write(root / "sys/bus/pci/devices" / bus / "max_link_width", "16");
  write(root / "sys/class/infiniband/mlx5_0/ports/1/state", "4: ACTIVE");
  write(root / "sys/class/infiniband/mlx5_0/ports/1/rate", "200 Gb/sec (4X HDR)");
  write(root / "sys/class/infiniband/mlx5_0/device/numa_node", "3");
  write(root / "sys/class/infiniband/mlx5_1/ports/1/state", "1: DOWN");
  write(root / "sys/class/infiniband/mlx5_0/ports/1/link_layer", "InfiniBand");
  write(root / "sys/class/infiniband/mlx5_1/ports/1/link_layer", "Ethernet");
  write(root / "sys/class/net/ib0/speed", "200000");

  const Machine machine = look_at_machine(root.path(), "no-such-tool");
  CHECK(machine.memory_bytes == 16 << 20);
  CHECK(machine.free_memory_bytes == 4 << 20);
  CHECK(machine.gpu_driver == "NVIDIA UNIX x86_64 Kernel Module  550.54.15");
  REQUIRE(machine.gpus.size() == 1);
  CHECK(machine.gpus[0].name == bus);
  CHECK(machine.gpus[0].model == "NVIDIA A100-SXM4-40GB");
  CHECK(machine.gpus[0].numa_node == 3);
  CHECK(machine.gpus[0].problem == "its PCIe link has 8 of 16 lanes");
  CHECK(machine.cpus_of_gpus == std::vector<std::vector<int>>{{18, 19, 20, 21, 22, 23}});
  REQUIRE(machine.ports.size() == 2);
  CHECK(machine.ports[0].name == "mlx5_0/1");
  CHECK(machine.ports[0].model == "200 Gb/sec (4X HDR)");
  CHECK(machine.ports[0].problem.empty());
  CHECK(machine.ports[1].problem == "its state is 1: DOWN");
  CHECK(machine.is_infiniband == std::vector<bool>{true, false});
  CHECK(machine.interfaces == std::vector<std::string>{"ib0"});
}

TEST_CASE("this machine has cores and memory") {
  const Machine machine = look_at_machine();
  CHECK_FALSE(machine.cpus.empty());
  CHECK(machine.memory_bytes > machine.free_memory_bytes);
  CHECK_FALSE(machine.kernel.empty());
}
