#include "complaints.hpp"
#include "judge.hpp"
#include "odd_ones.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace radforge {

namespace {

constexpr double gib = 1024.0 * 1024 * 1024;

// Faults that most nodes do not have make a node a bad one; what more nodes have is how the machine is.
void judge_faults(const Observations& seen, const std::vector<std::string>& faults, Finding& finding) {
  const auto num_faulty =
      static_cast<std::size_t>(std::ranges::count_if(faults, [](const std::string& fault) { return !fault.empty(); }));
  Complaints complaints;
  for (std::size_t node = 0; node < faults.size(); ++node) {
    if (!faults[node].empty()) {
      complaints.add(seen.nodes[node].name, faults[node]);
    }
  }
  complaints.append_to(finding, 2 * num_faulty < faults.size() ? Grade::bad : Grade::warning);
}

void warn_of_odd_counts(const Observations& seen, const std::vector<std::size_t>& counts, const char* what, Finding& finding) {
  Complaints complaints;
  for (const std::size_t node : odd_ones(counts).indices) {
    complaints.add(seen.nodes[node].name, fmt::format("{} {}", counts[node], what));
  }
  complaints.append_to(finding, Grade::warning);
}

std::string fault_of(const std::vector<Device>& devices) {
  const auto ill = std::ranges::find_if(devices, [](const Device& device) { return !device.problem.empty(); });
  return ill == devices.end() ? "" : fmt::format("{}: {}", ill->name, ill->problem);
}

// Those that a rank of the node sees: each may be shown its own alone.
std::vector<Device> gpus_of(const Observations& seen, const Node& node) {
  std::map<std::string, Device> gpus;
  for (const int rank : node.ranks) {
    for (const Device& gpu : seen.ranks[static_cast<std::size_t>(rank)].machine.gpus) {
      gpus.emplace(gpu.name, gpu);
    }
  }
  std::vector<Device> all;
  for (auto& [name, gpu] : gpus) {
    all.push_back(std::move(gpu));
  }
  return all;
}

// With a rank a GPU, in their order: whether a rank may only run on cores that are not near its own.
bool is_far_from_gpu(const Observations& seen, const Node& node) {
  for (std::size_t i = 0; i < node.ranks.size(); ++i) {
    const Machine& machine = seen.ranks[static_cast<std::size_t>(node.ranks[i])].machine;
    if (node.ranks.size() < 2 || machine.gpus.size() != node.ranks.size() || machine.cpus_of_gpus[i].empty()) {
      return false;
    }
    if (std::ranges::none_of(machine.cpus, [&](int cpu) { return std::ranges::count(machine.cpus_of_gpus[i], cpu) > 0; })) {
      return true;
    }
  }
  return false;
}

} // namespace

Finding judge_memory(const Observations& seen) {
  Finding finding{.check = "memory", .found = {}, .nodes = {}};
  constexpr std::int64_t least_shared = 64 << 20; // what Open MPI's segments of a few ranks take
  std::vector<double> totals;
  std::vector<double> free;
  for (const Node& node : seen.nodes) {
    totals.push_back(static_cast<double>(seen.first_of(node).machine.memory_bytes) / gib);
    free.push_back(static_cast<double>(seen.first_of(node).machine.free_memory_bytes) / gib);
  }
  std::vector<double> sorted = totals;
  std::ranges::sort(sorted);
  const double median = sorted[sorted.size() / 2];
  finding.found = fmt::format("{:.0f} GiB a node, at least {:.0f} free", median, std::ranges::min(free));
  Complaints complaints;
  for (std::size_t i = 0; i < totals.size(); ++i) {
    if (totals[i] < 0.9 * median) {
      complaints.add(seen.nodes[i].name, fmt::format("{:.0f} GiB", totals[i]));
    }
    const std::int64_t shared = seen.first_of(seen.nodes[i]).machine.free_shared_memory_bytes;
    if (shared < least_shared) {
      complaints.add(
          seen.nodes[i].name,
          shared < 0 ? "no /dev/shm"
                     : fmt::format("/dev/shm has {} MiB left, which may be too little for messages between ranks", shared >> 20));
    }
  }
  complaints.append_to(finding, Grade::warning);
  return finding;
}

Finding judge_limits(const Observations& seen) {
  Finding finding{.check = "limits", .found = {}, .nodes = {}};
  constexpr std::int64_t least_files = 1024;
  const auto text = [](std::int64_t limit) { return limit < 0 ? std::string("unlimited") : std::to_string(limit); };
  const Machine& first = seen.ranks.front().machine;
  finding.found = fmt::format("open files {}, locked memory {}", text(first.most_files), text(first.most_locked_bytes));
  Complaints complaints;
  for (const Node& node : seen.nodes) {
    const Machine& machine = seen.first_of(node).machine;
    if (machine.most_files >= 0 && machine.most_files < least_files) {
      complaints.add(node.name, fmt::format("{} open files: raise it by ulimit -n", machine.most_files));
    }
    if (std::ranges::count(machine.is_infiniband, true) > 0 && machine.most_locked_bytes >= 0) {
      complaints.add(node.name, "InfiniBand wants locked memory without a limit (ulimit -l)");
    }
  }
  complaints.append_to(finding, Grade::warning);
  return finding;
}

Finding judge_gpus(const Observations& seen) {
  Finding finding{.check = "GPUs", .found = "none", .nodes = {}};
  std::vector<std::size_t> counts;
  std::vector<std::string> faults;
  std::vector<std::string> missing;
  Complaints far;
  for (const Node& node : seen.nodes) {
    const std::vector<Device> gpus = gpus_of(seen, node);
    const RankReport& first = seen.first_of(node);
    if (!gpus.empty() && counts.empty()) {
      finding.found = fmt::format("{} x {} a node, driver {}", gpus.size(), gpus.front().model, first.machine.gpu_driver);
    }
    counts.push_back(gpus.size());
    faults.push_back(fault_of(gpus));
    missing.push_back(first.gpus_of_job > static_cast<std::int64_t>(gpus.size())
                          ? fmt::format("{} of the {} that Slurm has given to the job", gpus.size(), first.gpus_of_job)
                          : "");
    if (is_far_from_gpu(seen, node)) {
      far.add(node.name, "ranks run on cores that are far from their GPU: look at the launcher's binding");
    }
  }
  judge_faults(seen, faults, finding);
  judge_faults(seen, missing, finding);
  warn_of_odd_counts(seen, counts, "of them", finding);
  far.append_to(finding, Grade::warning);
  return finding;
}

Finding judge_ports(const Observations& seen) {
  Finding finding{.check = "InfiniBand", .found = "none", .nodes = {}};
  std::vector<std::size_t> counts;
  std::vector<std::string> faults;
  for (const Node& node : seen.nodes) {
    const Machine& machine = seen.first_of(node).machine;
    std::vector<Device> ports;
    for (std::size_t i = 0; i < machine.ports.size(); ++i) {
      if (machine.is_infiniband[i]) {
        ports.push_back(machine.ports[i]);
      }
    }
    if (!ports.empty() && counts.empty()) {
      finding.found =
          fmt::format("{} a node, {}", ports.size() == 1 ? "1 port" : fmt::format("{} ports", ports.size()), ports.front().model);
    }
    counts.push_back(ports.size());
    faults.push_back(fault_of(ports));
  }
  judge_faults(seen, faults, finding);
  warn_of_odd_counts(seen, counts, "ports", finding);
  return finding;
}

std::vector<NodeFacts> facts_of(const Observations& seen) {
  std::vector<NodeFacts> facts;
  for (std::size_t i = 0; i < seen.nodes.size(); ++i) {
    const Machine& machine = seen.first_of(seen.nodes[i]).machine;
    facts.push_back({.host = seen.nodes[i].name,
                     .ranks = seen.nodes[i].ranks,
                     .num_cpus = static_cast<int>(machine.cpus.size()),
                     .memory_bytes = machine.memory_bytes,
                     .gpus = machine.gpus,
                     .ports = machine.ports,
                     .folder_write_mb_s = seen.folders[i].write_mb_s,
                     .folder_sync_ms = seen.folders[i].sync_ms,
                     .rate_gb_s = seen.rates.node_gb_s[i],
                     .clock_offset_s = seen.clock_offsets[static_cast<std::size_t>(seen.nodes[i].ranks.front())]});
  }
  return facts;
}

} // namespace radforge
