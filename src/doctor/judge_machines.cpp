#include "judge.hpp"
#include "odd_ones.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace radforge {

namespace {

constexpr double gib = 1024.0 * 1024 * 1024;

void blame(Finding& finding, Grade grade, const std::vector<std::string>& nodes, const std::string& why) {
  finding.grade = std::max(finding.grade, grade);
  finding.found += fmt::format("; {}: {}", listed(nodes), why);
  if (grade == Grade::bad) {
    finding.nodes.insert(finding.nodes.end(), nodes.begin(), nodes.end());
  }
}

// Devices that a node has less of than most nodes, or that are worse there. Where all are alike, or there is one node, no node is
// to blame for what is wrong.
void judge_devices(const Observations& seen, std::vector<Device> Machine::*devices, const char* kind, Finding& finding) {
  std::vector<std::size_t> counts;
  std::vector<std::size_t> ill;
  std::vector<std::string> problems;
  for (const Node& node : seen.nodes) {
    counts.push_back((seen.first_of(node).machine.*devices).size());
    ill.push_back(0);
    problems.emplace_back();
    for (const Device& device : seen.first_of(node).machine.*devices) {
      if (!device.problem.empty()) {
        ++ill.back();
        problems.back() = fmt::format("{} {}: {}", kind, device.name, device.problem);
      }
    }
  }
  for (const std::size_t node : odd_ones(counts)) {
    blame(finding, Grade::bad, {seen.nodes[node].name}, fmt::format("{} of them", counts[node]));
  }
  const std::vector<std::size_t> odd = odd_ones(ill);
  for (std::size_t node = 0; node < ill.size(); ++node) {
    const bool alone = seen.nodes.size() > 2 && std::ranges::count(odd, node) > 0;
    if (ill[node] > 0) {
      blame(finding, alone ? Grade::bad : Grade::warning, {seen.nodes[node].name}, problems[node]);
    }
  }
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
  for (std::size_t i = 0; i < totals.size(); ++i) {
    if (totals[i] < 0.9 * median) {
      blame(finding, Grade::bad, {seen.nodes[i].name}, fmt::format("{:.0f} GiB (a module has failed?)", totals[i]));
    }
    const std::int64_t shared = seen.first_of(seen.nodes[i]).machine.free_shared_memory_bytes;
    if (shared < least_shared) {
      blame(finding, Grade::bad, {seen.nodes[i].name},
            fmt::format("/dev/shm has {} MiB left, too little for messages between ranks", shared >> 20));
    }
  }
  return finding;
}

Finding judge_limits(const Observations& seen) {
  Finding finding{.check = "limits", .found = {}, .nodes = {}};
  constexpr std::int64_t least_files = 1024;
  const auto text = [](std::int64_t limit) { return limit < 0 ? std::string("unlimited") : std::to_string(limit); };
  const Machine& first = seen.ranks.front().machine;
  finding.found = fmt::format("open files {}, locked memory {}", text(first.most_files), text(first.most_locked_bytes));
  for (const Node& node : seen.nodes) {
    const Machine& machine = seen.first_of(node).machine;
    if (machine.most_files >= 0 && machine.most_files < least_files) {
      blame(finding, Grade::warning, {node.name}, fmt::format("{} open files: raise it by ulimit -n", machine.most_files));
    }
    if (!machine.ports.empty() && machine.most_locked_bytes >= 0) {
      blame(finding, Grade::warning, {node.name}, "InfiniBand wants locked memory without a limit (ulimit -l)");
    }
  }
  return finding;
}

Finding judge_gpus(const Observations& seen) {
  Finding finding{.check = "GPUs", .found = {}, .nodes = {}};
  const Machine& first = seen.ranks.front().machine;
  finding.found = first.gpus.empty()
                      ? "none"
                      : fmt::format("{} x {} a node, driver {}", first.gpus.size(), first.gpus.front().model, first.gpu_driver);
  judge_devices(seen, &Machine::gpus, "GPU", finding);
  std::vector<std::string> few;
  std::vector<std::string> far;
  for (const Node& node : seen.nodes) {
    const std::vector<Device>& gpus = seen.first_of(node).machine.gpus;
    const std::int64_t promised = seen.first_of(node).gpus_of_job;
    if (!gpus.empty() && promised > static_cast<std::int64_t>(gpus.size())) {
      few.push_back(node.name);
    }
    if (node.ranks.size() > 1 && node.ranks.size() == gpus.size()) { // a rank a GPU, in their order
      for (std::size_t i = 0; i < gpus.size(); ++i) {
        const Machine& machine = seen.ranks[static_cast<std::size_t>(node.ranks[i])].machine;
        const std::vector<int>& near = machine.cpus_of_gpus[i];
        const bool is_near = std::ranges::any_of(machine.cpus, [&](int cpu) { return std::ranges::count(near, cpu) > 0; });
        if (!near.empty() && !is_near && std::ranges::count(far, node.name) == 0) {
          far.push_back(node.name);
        }
      }
    }
  }
  if (!few.empty()) {
    blame(finding, Grade::bad, few, "fewer than Slurm has given to the job");
  }
  if (!far.empty()) {
    blame(finding, Grade::warning, far, "ranks run on cores that are far from their GPU: look at the launcher's binding");
  }
  return finding;
}

Finding judge_ports(const Observations& seen) {
  Finding finding{.check = "InfiniBand", .found = {}, .nodes = {}};
  const Machine& first = seen.ranks.front().machine;
  finding.found =
      first.ports.empty() ? "none" : fmt::format("{} ports a node, {}", first.ports.size(), first.ports.front().model);
  judge_devices(seen, &Machine::ports, "port", finding);
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
