#include "command.hpp"

#include "radforge/comm/mpi_session.hpp"
#include "radforge/core/build_info.hpp"
#include "radforge/core/error.hpp"
#include "radforge/doctor/doctor.hpp"

#include <ATen/Parallel.h>
#include <torch/headeronly/version.h>

#include <cstdio>

namespace radforge {

void run_doctor(const CommandContext& context) {
  const CommandLine& line = context.line;
  const BuildInfo build = build_info();
  const std::string mpi = MpiSession::library_version(); // "Open MPI v4.1.4"
  const std::size_t space = mpi.find_last_of(' ');
  const DoctorOptions options{
      .folder = line.output,
      .versions = {{"radforge", build.version + (build.git_dirty ? " modified " : " ") + build.git_revision.substr(0, 12)},
                   {"LibTorch", TORCH_VERSION},
                   {mpi.substr(0, space), mpi.substr(space + 1)}},
      .threads = at::get_num_threads(),
      .ranks_per_node = line.ranks_per_node,
      .least_gb_s = line.least_gb_s};
  const Diagnosis diagnosis = examine(context.world, context.log, options);
  if (context.world.rank() == 0) {
    std::fputs((line.writes_json ? diagnosis_json(diagnosis) : diagnosis_table(diagnosis)).c_str(), stdout);
  }
  if (const ExitCode verdict = diagnosis.verdict(); verdict != ExitCode::ok) {
    std::string problems;
    for (const Finding& finding : diagnosis.findings) {
      problems += finding.grade == Grade::bad ? fmt::format("\n  {}: {}", finding.check, finding.found) : "";
    }
    Error error(verdict, fmt::format("not fit for work:{}", problems));
    throw as_agreed(std::move(error));
  }
}

} // namespace radforge
