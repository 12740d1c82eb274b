#include "complaints.hpp"
#include "judge.hpp"
#include "odd_ones.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace radforge {

Finding judge_names(const Observations& seen) {
  Finding finding{.check = "host names", .found = {}, .nodes = {}};
  Complaints complaints;
  for (std::size_t i = 0; i < seen.nodes.size(); ++i) {
    if (!seen.name_problems[i].empty()) {
      complaints.add(seen.nodes[i].name, seen.name_problems[i]);
    }
  }
  complaints.append_to(finding, Grade::warning); // MPI has connected already
  if (complaints.empty()) {
    finding.found = "all are resolved";
  }
  return finding;
}

Finding judge_clocks(const Observations& seen) {
  constexpr double most_s = 1;
  const auto [least, most] = std::ranges::minmax(seen.clock_offsets);
  Finding finding{.check = "clocks", .found = fmt::format("{:.3f} s apart", most - least), .nodes = {}};
  if (most - least > most_s) {
    const auto far = std::ranges::max_element(seen.clock_offsets, {}, [](double offset) { return std::abs(offset); });
    finding.grade = Grade::warning; // no duration and no order comes from them
    finding.found += fmt::format("; {} is {:.0f} s off the first node's: times in logs do not fit",
                                 seen.ranks[static_cast<std::size_t>(far - seen.clock_offsets.begin())].host, *far);
  }
  return finding;
}

Finding judge_folder(const Observations& seen, const std::filesystem::path& folder) {
  Finding finding{.check = "output folder", .found = {}, .nodes = {}};
  double slowest_mb_s = std::numeric_limits<double>::infinity();
  double slowest_ms = 0;
  bool locks_reach = true;
  bool is_full = false;
  Complaints complaints;
  std::size_t num_failed = 0;
  std::vector<std::size_t> able; // nodes without a problem of their own, and what they see
  std::vector<int> views;
  for (std::size_t i = 0; i < seen.nodes.size(); ++i) {
    const FolderTrial& trial = seen.folders[i];
    is_full = is_full || trial.is_full;
    if (!trial.problem.empty()) {
      ++num_failed;
      complaints.add(seen.nodes[i].name, trial.problem);
    } else {
      able.push_back(i);
      views.push_back(trial.view);
      slowest_mb_s = std::min(slowest_mb_s, trial.write_mb_s);
      slowest_ms = std::max(slowest_ms, trial.sync_ms);
      locks_reach = locks_reach && trial.locks_reach;
    }
  }
  const OddOnes odd = views.empty() ? OddOnes() : odd_ones(views);
  for (const std::size_t i : odd.indices) {
    ++num_failed;
    complaints.add(
        seen.nodes[able[i]].name,
        fmt::format("'{}' is not the folder that {} sees (one of them has a disk of its own, or one that is not mounted): choose "
                    "a shared file system by --output",
                    folder.string(), seen.nodes[able[odd.usual]].name));
  }
  if (!complaints.empty()) {
    const bool nodes_are_to_blame = 2 * num_failed < seen.nodes.size() && !is_full;
    complaints.append_to(finding, Grade::bad, nodes_are_to_blame);
    finding.code =
        nodes_are_to_blame ? ExitCode::unhealthy : ExitCode::io; // else the folder is, and no other node would do better
    return finding;
  }
  finding.found =
      fmt::format("{}: written, renamed and read by every node; {:.0f} MB/s and more, a small file in {:.1f} ms and less",
                  folder.string(), slowest_mb_s, slowest_ms);
  if (!locks_reach) {
    finding.found += "; locks do not reach other nodes (runs do not need them)";
  }
  return finding;
}

Finding judge_room(const Observations& seen) {
  constexpr double least_bytes = 1e9;
  constexpr std::uint64_t least_files = 1000;
  Finding finding{.check = "room", .found = {}, .nodes = {}, .code = ExitCode::io};
  FreeRoom least{std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint64_t>::max()};
  for (const FolderTrial& trial : seen.folders) {
    if (trial.problem.empty()) {
      least.bytes = std::min(least.bytes, trial.room.bytes);
      least.files = std::min(least.files, trial.room.files);
    }
  }
  if (least.bytes == std::numeric_limits<std::uint64_t>::max()) {
    finding.found = "not known";
    return finding;
  }
  const double gigabytes = static_cast<double>(least.bytes) / 1e9;
  finding.found = least.files == std::numeric_limits<std::uint64_t>::max()
                      ? fmt::format("{:.1f} GB", gigabytes)
                      : fmt::format("{:.1f} GB, {} files", gigabytes, least.files);
  if (static_cast<double>(least.bytes) < least_bytes || least.files < least_files) {
    finding.grade = Grade::warning;
    finding.found += " (little: radforge plan says what a run writes)";
  }
  return finding;
}

Finding judge_rates(const Observations& seen, double least_gb_s) {
  constexpr double share_of_median = 0.5;
  Finding finding{.check = "all-reduce", .found = "one rank has nobody to add up with", .nodes = {}};
  const RateTrial& rates = seen.rates;
  const std::size_t num_nodes = seen.nodes.size();
  if (seen.ranks.size() == 1) {
    return finding;
  }
  finding.found = fmt::format("{:.3g} GB/s over all ranks, {:.0f} us for one number", rates.all_gb_s, rates.latency_us);
  if (num_nodes == 1) {
    return finding;
  }
  const auto [slowest, fastest] = std::ranges::minmax(rates.node_gb_s);
  finding.found += fmt::format("; between two nodes {:.3g} to {:.3g} GB/s", slowest, fastest);
  std::vector<double> sorted = rates.node_gb_s;
  std::ranges::sort(sorted);
  const double least = least_gb_s > 0 ? least_gb_s : share_of_median * sorted[num_nodes / 2];
  std::string slow;
  for (std::size_t i = 0; i < num_nodes; ++i) {
    if (rates.node_gb_s[i] >= least) {
      continue;
    }
    slow += fmt::format("{}{} {:.3g} GB/s", slow.empty() ? "" : ", ", seen.nodes[i].name, rates.node_gb_s[i]);
    // A neighbour that is fast with its other neighbour shows whose link it is.
    const bool has_fast_neighbour =
        rates.node_gb_s[(i + 1) % num_nodes] >= least || rates.node_gb_s[(i + num_nodes - 1) % num_nodes] >= least;
    if (least_gb_s > 0 && has_fast_neighbour) {
      finding.nodes.push_back(seen.nodes[i].name);
    }
  }
  if (!slow.empty()) {
    finding.grade = least_gb_s > 0 ? Grade::bad : Grade::warning;
    finding.found +=
        fmt::format("; slow: {} ({})", slow,
                    least_gb_s > 0 ? fmt::format("expected are {:.3g}", least) : "less than half of what most reach");
  }
  return finding;
}

} // namespace radforge
