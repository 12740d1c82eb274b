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
  RankReport report{.host = process.host,
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

/// The same deadline for all that a check may wait for.
WatchdogOptions watchdog_options(double deadline_s, std::filesystem::path folder) {
  return {.deadlines = {deadline_s, deadline_s, deadline_s, deadline_s, deadline_s}, .folder = std::move(folder)};
}

} // namespace

Diagnosis examine(Communicator& world, const Log& log, const DoctorOptions& options) {
  Observations seen;
  {
    Watchdog watchdog(world, log, watchdog_options(options.deadline_s, {})); // the folder is not known to be good yet
    WatchedCommunicator watched(world, watchdog);
    for (const std::string& text : all_gather(watched, to_text(report_of_this_rank(options)))) {
      seen.ranks.push_back(rank_report(text));
    }
    seen.nodes = nodes_of(seen.ranks);
    seen.name_problems = unresolved_names(watched, seen.nodes, seen.ranks);
    seen.folders = try_folder(watched, seen.nodes, options.folder);
  }
  const bool all_write = std::ranges::all_of(seen.folders, [](const FolderTrial& trial) { return trial.problem.empty(); });
  Watchdog watchdog(world, log, watchdog_options(options.deadline_s, all_write ? options.folder : std::filesystem::path()));
  WatchedCommunicator watched(world, watchdog);
  seen.clock_offsets = clock_offsets(watched);
  seen.rates = try_rates(watched, watchdog, seen.nodes);

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
