#include "machine.hpp"

#include "nvidia_smi.hpp"

#include <fmt/core.h>

#include <sched.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

namespace radforge {

namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// The value behind "key:" in a file of such lines, without the blanks around it.
std::string value_of(const fs::path& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key + ":")) {
      const auto begin = line.find_first_not_of(" \t", key.size() + 1);
      return begin == std::string::npos ? "" : line.substr(begin, line.find_last_not_of(" \t") - begin + 1);
    }
  }
  return "";
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored); entry != fs::directory_iterator(); entry.increment(ignored)) {
    names.push_back(entry->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

std::int64_t number(const std::string& text, std::int64_t otherwise) {
  std::istringstream stream(text);
  std::int64_t value = 0;
  return stream >> value ? value : otherwise;
}

std::vector<int> allowed_cpus() {
  std::vector<int> cpus;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &set)) {
        cpus.push_back(cpu);
      }
    }
  }
  return cpus;
}

std::int64_t limit(int resource) {
  rlimit value = {};
  getrlimit(static_cast<__rlimit_resource_t>(resource), &value);
  return value.rlim_cur == RLIM_INFINITY ? -1 : static_cast<std::int64_t>(value.rlim_cur);
}

// A link that has come up narrower than the device can is a known sign of a bad slot or cable.
std::string link_problem(const fs::path& device) {
  const std::int64_t now = number(first_line(device / "current_link_width"), 0);
  const std::int64_t most = number(first_line(device / "max_link_width"), 0);
  return now < most ? fmt::format("its PCIe link has {} of {} lanes", now, most) : "";
}

void look_for_gpus(const fs::path& root, const std::string& gpu_tool, Machine& machine) {
  machine.gpu_driver = value_of(root / "proc/driver/nvidia/version", "NVRM version");
  const fs::path folder = root / "proc/driver/nvidia/gpus";
  const std::vector<std::string> names = names_in(folder);
  std::map<std::string, GpuHealth> health = names.empty() ? std::map<std::string, GpuHealth>() : ask_nvidia_smi(gpu_tool);
  for (const std::string& name : names) {
    const fs::path device = root / "sys/bus/pci/devices" / name;
    std::string problem = link_problem(device);
    if (const std::string& more = health[name].problem; !more.empty()) {
      problem += (problem.empty() ? "" : ", ") + more;
    }
    std::string model = value_of(folder / name / "information", "Model");
    if (const std::int64_t bytes = health[name].memory_bytes; bytes > 0) {
      model += fmt::format(" with {} GiB", bytes >> 30);
    }
    machine.gpus.push_back({name, model, static_cast<int>(number(first_line(device / "numa_node"), -1)), problem});
    machine.cpus_of_gpus.push_back(cpu_list(first_line(device / "local_cpulist")));
  }
}

void look_for_ports(const fs::path& root, Machine& machine) {
  const fs::path folder = root / "sys/class/infiniband";
  for (const std::string& adapter : names_in(folder)) {
    for (const std::string& port : names_in(folder / adapter / "ports")) {
      const fs::path path = folder / adapter / "ports" / port;
      const std::string state = first_line(path / "state");
      machine.ports.push_back({fmt::format("{}/{}", adapter, port), first_line(path / "rate"),
                               static_cast<int>(number(first_line(folder / adapter / "device/numa_node"), -1)),
                               state.ends_with("ACTIVE") ? "" : fmt::format("its state is {}", state)});
      machine.is_infiniband.push_back(first_line(path / "link_layer") != "Ethernet");
    }
  }
}

} // namespace

std::vector<int> cpu_list(const std::string& text) {
  std::vector<int> cpus;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const auto dash = part.find('-');
    const std::int64_t first = number(part, -1);
    const std::int64_t last = dash == std::string::npos ? first : number(part.substr(dash + 1), -1);
    for (std::int64_t cpu = first; first >= 0 && cpu <= last; ++cpu) {
      cpus.push_back(static_cast<int>(cpu));
    }
  }
  return cpus;
}

Machine look_at_machine(const fs::path& root, const std::string& gpu_tool) {
  Machine machine;
  machine.cpus = allowed_cpus();
  constexpr std::int64_t kib = 1024;
  machine.memory_bytes = number(value_of(root / "proc/meminfo", "MemTotal"), 0) * kib;
  machine.free_memory_bytes = number(value_of(root / "proc/meminfo", "MemAvailable"), 0) * kib;
  struct statvfs shared = {};
  if (::statvfs((root / "dev/shm").c_str(), &shared) == 0) {
    machine.free_shared_memory_bytes = static_cast<std::int64_t>(shared.f_bavail * shared.f_frsize);
  }
  machine.most_files = limit(RLIMIT_NOFILE);
  machine.most_locked_bytes = limit(RLIMIT_MEMLOCK);
  utsname names = {};
  ::uname(&names);
  machine.kernel = names.release;
  look_for_gpus(root, gpu_tool, machine);
  look_for_ports(root, machine);
  machine.interfaces = names_in(root / "sys/class/net");
  return machine;
}

} // namespace radforge
