#include "radforge/comm/mpi_session.hpp"

#include "blocked_signals.hpp"
#include "launcher.hpp"
#include "mpi_check.hpp"
#include "mpi_communicator.hpp"
#include "radforge/core/error.hpp"

#include <mpi.h>

#include <array>
#include <csignal>
#include <exception>
#include <string_view>

namespace radforge {

MpiSession::MpiSession(int& argc, char**& argv) : num_exceptions_(std::uncaught_exceptions()) {
  const auto place = find_launcher();
  if (!place) {
    return;
  }
  int already = 0;
  MPI_Initialized(&already);
  require(already == 0, "a process has one MpiSession");

  int provided = MPI_THREAD_SINGLE;
  {
    // MPI's own threads would take a SIGCONT from ContinueGuard and let the main thread go on.
    const BlockedSignals blocked(BlockedSignals::only(SIGCONT));
    check_mpi(MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided), "MPI_Init_thread");
  }
  initialized_ = true;
  // From here on a failed call is an exception with our exit code and not MPI's own end of the process.
  check_mpi(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  int size = 0;
  check_mpi(MPI_Comm_size(MPI_COMM_WORLD, &size), "MPI_Comm_size");
  if (provided < MPI_THREAD_SERIALIZED) {
    throw CommunicationError(
        "this MPI allows calls from the main thread only (its thread level is {}, {} is needed): use an MPI that "
        "was built with thread support",
        provided, MPI_THREAD_SERIALIZED);
  }
  if (size == 1 && place->size > 1) {
    throw CommunicationError(
        "the launcher started {} processes but MPI sees this one alone (the launcher's process management does "
        "not fit this MPI): use the mpirun of this MPI, or srun --mpi=pmix",
        place->size);
  }
}

MpiSession::~MpiSession() {
  // MPI_Finalize waits for all ranks. When an exception leaves this rank, the others may never come: without MPI_Finalize the
  // launcher notices that the process ended early, and ends the others.
  if (initialized_ && std::uncaught_exceptions() == num_exceptions_) {
    MPI_Finalize();
  }
}

std::unique_ptr<Communicator> MpiSession::world() const {
  if (!initialized_) {
    return make_self_communicator();
  }
  return std::make_unique<MpiCommunicator>(MPI_COMM_WORLD);
}

std::string MpiSession::library_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  const std::string_view all(text.data(), static_cast<std::size_t>(length));
  return std::string(all.substr(0, all.find(','))); // behind it who built it, and more
}

int MpiSession::launcher_rank() { return find_launcher().value_or(LauncherPlace{}).rank; }

} // namespace radforge
