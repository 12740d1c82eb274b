#include "complaints.hpp"
#include "judge.hpp"
#include "odd_ones.hpp"
#include "variables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace radforge {

namespace {

using Versions = std::map<std::string, std::string>;
using Libraries = std::map<std::string, std::int64_t>;

std::vector<std::string> names_of(const Observations& seen, const std::vector<std::size_t>& nodes) {
  std::vector<std::string> names;
  for (const std::size_t node : nodes) {
    names.push_back(seen.nodes[node].name);
  }
  return names;
}

// Nodes with a rank whose value differs from that of most ranks.
std::vector<std::size_t> nodes_of_ranks(const Observations& seen, const std::vector<std::size_t>& ranks) {
  std::vector<std::size_t> nodes;
  for (std::size_t node = 0; node < seen.nodes.size(); ++node) {
    if (std::ranges::any_of(seen.nodes[node].ranks,
                            [&](int rank) { return std::ranges::count(ranks, static_cast<std::size_t>(rank)) > 0; })) {
      nodes.push_back(node);
    }
  }
  return nodes;
}

// The first entry that differs between two maps, as "name: one here, other there".
template <class Map>
std::string first_difference(const Map& usual, const Map& odd) {
  for (const auto& [name, value] : usual) {
    const auto other = odd.find(name);
    if (other == odd.end() || other->second != value) {
      return fmt::format("{}: {} instead of {}", name, other == odd.end() ? "none" : fmt::format("{}", other->second), value);
    }
  }
  for (const auto& [name, value] : odd) {
    if (!usual.contains(name)) {
      return fmt::format("{}: {} instead of none", name, value);
    }
  }
  return "";
}

// "8" or "4 to 8".
std::string span_text(int least, int most) {
  return least == most ? std::to_string(least) : fmt::format("{} to {}", least, most);
}

std::string counted(std::size_t count, const char* what) { return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s"); }

int num_usable_cpus(const Observations& seen, const Node& node) {
  std::set<int> cpus;
  for (const int rank : node.ranks) {
    const std::vector<int>& of_rank = seen.ranks[static_cast<std::size_t>(rank)].machine.cpus;
    cpus.insert(of_rank.begin(), of_rank.end());
  }
  return static_cast<int>(cpus.size());
}

// A node is to blame where most ranks of the world, and of other nodes, have something else.
void judge_odd_versions(const Observations& seen, const OddOnes& odd, const std::string& difference, Finding& finding) {
  const std::vector<std::size_t> nodes = nodes_of_ranks(seen, odd.indices);
  finding.grade = Grade::bad;
  if (odd.is_decided && 2 * nodes.size() < seen.nodes.size()) {
    finding.nodes = names_of(seen, nodes);
  }
  finding.found = fmt::format("not all ranks run the same (rank {} on {}: {}): load the same modules, start the same program",
                              odd.indices.front(), seen.ranks[odd.indices.front()].node_name, difference);
}

// What every rank has loaded.
Libraries libraries_of_all(const Observations& seen) {
  Libraries shared = seen.ranks.front().libraries;
  for (const RankReport& rank : seen.ranks) {
    std::erase_if(shared, [&](const auto& entry) { return !rank.libraries.contains(entry.first); });
  }
  return shared;
}

} // namespace

Finding judge_ranks(const Observations& seen, int ranks_per_node) {
  Finding finding{.check = "ranks", .found = {}, .nodes = {}, .code = ExitCode::usage};
  std::vector<int> counts;
  for (const Node& node : seen.nodes) {
    counts.push_back(static_cast<int>(node.ranks.size()));
  }
  const auto [least, most] = std::ranges::minmax(counts);
  finding.found = fmt::format("{} on {}, {} on each", counted(seen.ranks.size(), "rank"), counted(seen.nodes.size(), "node"),
                              span_text(least, most));
  if (least != most) {
    finding.grade = Grade::bad;
    finding.found += fmt::format(" (unlike are {}): start the same number on every node by --ntasks-per-node",
                                 listed(names_of(seen, odd_ones(counts).indices)));
  } else if (ranks_per_node > 0 && least != ranks_per_node) {
    finding.grade = Grade::bad;
    finding.found += fmt::format(", not {} (--ranks-per-node): check the launcher's --ntasks-per-node", ranks_per_node);
  }
  return finding;
}

Finding judge_versions(const Observations& seen) {
  Finding finding{.check = "versions", .found = {}, .nodes = {}};
  std::vector<Versions> versions;
  for (const RankReport& rank : seen.ranks) {
    versions.push_back(rank.versions);
  }
  const OddOnes odd = odd_ones(versions);
  if (!odd.indices.empty()) {
    judge_odd_versions(seen, odd, first_difference(versions[odd.usual], versions[odd.indices.front()]), finding);
    return finding;
  }
  for (const auto& [name, version] : versions.front()) {
    finding.found += fmt::format("{}{} {}", finding.found.empty() ? "" : ", ", name, version);
  }
  const Libraries shared = libraries_of_all(seen);
  std::vector<Libraries> libraries; // those that every rank has loaded: some are loaded where they are needed
  for (const RankReport& rank : seen.ranks) {
    libraries.push_back(shared);
    for (auto& [name, bytes] : libraries.back()) {
      bytes = rank.libraries.at(name);
    }
  }
  if (const OddOnes others = odd_ones(libraries); !others.indices.empty()) {
    judge_odd_versions(seen, others, "library " + first_difference(libraries[others.usual], libraries[others.indices.front()]),
                       finding);
    return finding;
  }
  finding.found += fmt::format("; {} shared libraries are alike", shared.size());
  std::vector<std::string> kernels;
  for (const Node& node : seen.nodes) {
    kernels.push_back(seen.first_of(node).machine.kernel);
  }
  if (const OddOnes others = odd_ones(kernels); !others.indices.empty()) {
    Complaints complaints;
    complaints.add(seen.nodes[others.indices.front()].name,
                   fmt::format("Linux {}, on others {}", kernels[others.indices.front()], kernels[others.usual]));
    complaints.append_to(finding, Grade::warning);
  }
  return finding;
}

Finding judge_cores(const Observations& seen) {
  Finding finding{.check = "cores", .found = {}, .nodes = {}};
  std::vector<int> cpus;
  std::vector<std::string> crowded;
  for (const Node& node : seen.nodes) {
    cpus.push_back(num_usable_cpus(seen, node));
    int threads = 0;
    for (const int rank : node.ranks) {
      threads += seen.ranks[static_cast<std::size_t>(rank)].threads;
    }
    if (threads > cpus.back()) {
      crowded.push_back(node.name);
    }
  }
  const auto [least, most] = std::ranges::minmax(cpus);
  finding.found = fmt::format("{} for the ranks of a node, {} each", span_text(least, most),
                              counted(static_cast<std::size_t>(seen.ranks.front().threads), "thread"));
  if (!crowded.empty()) {
    finding.grade = Grade::warning;
    finding.found +=
        fmt::format("; on {} there are more threads than cores: set OMP_NUM_THREADS, or look at the binding of the launcher",
                    listed(crowded));
  } else if (least != most) {
    finding.grade = Grade::warning;
    finding.found += fmt::format("; unlike are {}", listed(names_of(seen, odd_ones(cpus).indices)));
  }
  return finding;
}

Finding judge_variables(const Observations& seen) {
  Finding finding{.check = "variables", .found = {}, .nodes = {}};
  std::set<std::string> problems;
  std::vector<Variables> alike;
  for (const RankReport& rank : seen.ranks) {
    for (std::string& problem : variable_problems(rank.variables, rank.machine)) {
      problems.insert(std::move(problem));
    }
    alike.push_back(rank.variables);
    for (const char* of_rank : {"CUDA_VISIBLE_DEVICES", "UCX_NET_DEVICES"}) { // a launcher may give each rank its own
      alike.back().erase(of_rank);
    }
  }
  if (const OddOnes odd = odd_ones(alike); !odd.indices.empty()) {
    problems.insert(fmt::format("rank {} has another environment than rank {} ({})", odd.indices.front(), odd.usual,
                                first_difference(alike[odd.usual], alike[odd.indices.front()])));
  }
  finding.grade = problems.empty() ? Grade::good : Grade::warning;
  finding.found = problems.empty() ? fmt::format("{} of NCCL, UCX, OpenMP, CUDA and HDF5 are set", alike.front().size())
                                   : fmt::format("{}", fmt::join(problems, "; "));
  return finding;
}

} // namespace radforge
