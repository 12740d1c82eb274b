#include "radforge/doctor/doctor.hpp"

#include "host_names.hpp"
#include "judge.hpp"
#include "shared_libraries.hpp"
#include "variables.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/comm/watchdog.hpp"
#include "radforge/comm/watched_communicator.hpp"
#include "radforge/core/process_identity.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace radforge {

namespace {

std::int64_t number_of(const char* variable) {
  const char* value = std::getenv(variable);
  const std::string_view text = value == nullptr ? "" : value;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : -1;
}

RankReport report_of_this_rank(const DoctorOptions& options) {
  const ProcessIdentity process = this_process();
  const char* node_name = std::getenv("SLURMD_NODENAME"); // the host name may have a domain that Slurm does not take
  RankReport report{.host = process.host,
                    .node_name = node_name != nullptr ? node_name : process.host,
                    .boot_id = process.boot_id,
                    .versions = options.versions,
                    .libraries = shared_libraries(),
                    .variables = variables_of_interest(environ),
                    .threads = options.threads,
                    .gpus_of_job = number_of("SLURM_GPUS_ON_NODE"),
                    .machine = look_at_machine()};
  report.versions["program"] = program_digest().substr(0, 12);
  report.versions["Linux"] = report.machine.kernel;
  return report;
}

/// Who hangs by itself, in a file system, is overdue before those who wait for it, and so is named.
WatchdogOptions watchdog_options(double deadline_s, std::filesystem::path folder) {
  PhaseDeadlines deadlines{deadline_s, deadline_s, deadline_s, deadline_s, deadline_s};
  deadlines.save = deadline_s / 2;
  return {.deadlines = deadlines, .folder = std::move(folder)};
}

} // namespace

Diagnosis examine(Communicator& world, const Log& log, const DoctorOptions& options) {
  Observations seen;
  std::optional<ScratchFolder> scratch;
  {
    Watchdog watchdog(world, log, watchdog_options(options.deadline_s, {})); // the folder is not known to be good yet
    WatchedCommunicator watched(world, watchdog);
    for (const std::string& text : all_gather(watched, to_text(report_of_this_rank(options)))) {
      seen.ranks.push_back(rank_report(text));
    }
    seen.nodes = nodes_of(seen.ranks);
    seen.name_problems = unresolved_names(watched, seen.nodes, seen.ranks);
    scratch.emplace(watched, seen.nodes, options.folder);
    seen.folders = try_folder(watched, watchdog, seen.nodes, *scratch);
  }
  const bool all_share =
      std::ranges::all_of(seen.folders, [](const FolderTrial& trial) { return trial.problem.empty() && trial.view == 0; });
  {
    Watchdog watchdog(world, log, watchdog_options(options.deadline_s, all_share ? scratch->of(0) : std::filesystem::path()));
    WatchedCommunicator watched(world, watchdog);
    seen.clock_offsets = clock_offsets(watched);
    seen.rates = try_rates(watched, watchdog, seen.nodes);
    watched.barrier();
  }
  world.barrier(); // no rank writes to the watchdog's folder any more
  scratch.reset();

  Diagnosis diagnosis;
  diagnosis.findings = {judge_ranks(seen, options.ranks_per_node),
                        judge_versions(seen),
                        judge_cores(seen),
                        judge_memory(seen),
                        judge_limits(seen),
                        judge_gpus(seen),
                        judge_ports(seen),
                        judge_names(seen),
                        judge_clocks(seen),
                        judge_variables(seen),
                        judge_folder(seen, options.folder),
                        judge_room(seen),
                        judge_rates(seen, options.least_gb_s)};
  diagnosis.nodes = facts_of(seen);
  return diagnosis;
}

} // namespace radforge
