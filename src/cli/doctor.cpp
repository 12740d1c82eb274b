#include "command.hpp"
#include "parity.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/comm/mpi_session.hpp"
#include "radforge/core/build_info.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/process_identity.hpp"
#include "radforge/doctor/doctor.hpp"
#include "radforge/nn/device.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace radforge {

namespace {

void check_parity(const CommandContext& context) {
  const RankDevices mine{
      .node = host_name(), .node_rank = context.node.rank, .node_size = context.node.size, .cuda = find_cuda_devices()};
  const at::Device device = choose_device(mine, DeviceWish::cuda, DeviceSharing::allowed, context.world, context.log);
  set_cuda_numerics(Repeatability::same_bits);
  std::vector<ParityRow> rows;
  agree(context.world, [&] { rows = measure_parity(device); });
  const bool holds = std::ranges::all_of(rows, [](const ParityRow& row) { return row.holds(); });
  const std::vector<std::string> all = all_gather(context.world, holds ? "" : host_name());
  if (context.world.rank() == 0) {
    std::fputs(parity_table(rows).c_str(), stdout);
  }
  for (std::size_t rank = 0; rank < all.size(); ++rank) {
    if (!all[rank].empty()) {
      throw as_agreed(
          CommunicationError("the GPU of rank {} on {} does not compute what its CPU computes (see the table of that rank "
                             "alone). Leave the node out, and have the card looked at",
                             rank, all[rank]));
    }
  }
}

} // namespace

void run_doctor(const CommandContext& context) {
  const CommandLine& line = context.line;
  if (line.checks_parity) {
    return check_parity(context);
  }
  const BuildInfo build = build_info();
  const std::string mpi = MpiSession::library_version(); // "Open MPI v4.1.4"
  const std::size_t space = mpi.find_last_of(' ');
  const DoctorOptions options{
      .folder = line.output,
      .versions = {{"radforge", build.version + (build.git_dirty ? " modified " : " ") + build.git_revision.substr(0, 12)},
                   {"LibTorch", RADFORGE_LIBTORCH_VERSION},
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
