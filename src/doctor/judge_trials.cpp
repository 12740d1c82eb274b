#include "judge.hpp"
#include "odd_ones.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace radforge {

Finding judge_names(const Observations& seen) {
  Finding finding{.check = "host names", .found = "all are resolved", .nodes = {}};
  std::string problems;
  for (std::size_t i = 0; i < seen.nodes.size(); ++i) {
    if (!seen.name_problems[i].empty()) {
      problems += fmt::format("{}{}: {}", problems.empty() ? "" : "; ", seen.nodes[i].name, seen.name_problems[i]);
    }
  }
  if (!problems.empty()) {
    finding.grade = Grade::warning; // MPI has connected already
    finding.found = problems;
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
  std::string problems;
  for (std::size_t i = 0; i < seen.nodes.size(); ++i) {
    const FolderTrial& trial = seen.folders[i];
    if (!trial.problem.empty()) {
      problems += fmt::format("{}{}: {}", problems.empty() ? "" : "; ", seen.nodes[i].name, trial.problem);
      finding.nodes.push_back(seen.nodes[i].name);
      continue;
    }
    slowest_mb_s = std::min(slowest_mb_s, trial.write_mb_s);
    slowest_ms = std::max(slowest_ms, trial.sync_ms);
    locks_reach = locks_reach && trial.locks_reach;
  }
  if (!problems.empty()) {
    finding.grade = Grade::bad;
    finding.found = problems;
    if (finding.nodes.size() == seen.nodes.size()) { // the folder is, and no other node would do better
      finding.nodes.clear();
      finding.code = ExitCode::io;
    }
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
  if (seen.ranks.size() == 1) {
    return finding;
  }
  finding.found = fmt::format("{:.3g} GB/s over all ranks, {:.0f} us for one number", rates.all_gb_s, rates.latency_us);
  if (seen.nodes.size() == 1) {
    return finding;
  }
  const auto [slowest, fastest] = std::ranges::minmax(rates.node_gb_s);
  finding.found += fmt::format("; between two nodes {:.3g} to {:.3g} GB/s", slowest, fastest);
  std::vector<double> sorted = rates.node_gb_s;
  std::ranges::sort(sorted);
  const double median = sorted[sorted.size() / 2];
  std::string slow;
  for (std::size_t i = 0; i < seen.nodes.size(); ++i) {
    const bool too_slow = least_gb_s > 0 && rates.node_gb_s[i] < least_gb_s;
    if (too_slow) {
      finding.nodes.push_back(seen.nodes[i].name);
    }
    if (too_slow || rates.node_gb_s[i] < share_of_median * median) {
      slow += fmt::format("{}{} {:.3g} GB/s", slow.empty() ? "" : ", ", seen.nodes[i].name, rates.node_gb_s[i]);
    }
  }
  if (!slow.empty()) {
    finding.grade = finding.nodes.empty() ? Grade::warning : Grade::bad;
    if (finding.nodes.size() == seen.nodes.size()) { // no other node would do better, or which of two it is cannot be told
      finding.nodes.clear();
    }
    finding.found += fmt::format("; slow: {} ({})", slow,
                                 finding.grade == Grade::bad ? fmt::format("expected are {:.3g}", least_gb_s)
                                                             : "less than half of what most reach");
  }
  return finding;
}

} // namespace radforge
