#pragma once

#include "radforge/comm/communicator.hpp"

#include <memory>
#include <string>

namespace radforge {

/// MPI from MPI_Init_thread to MPI_Finalize; exactly one in a process, in `main`. A process that no launcher started
/// (neither mpirun nor srun) does not initialise MPI at all: its world is the self communicator. Calls may come from any thread,
/// from one at a time for each communicator.
///
/// When an exception leaves the scope of the session, the destructor does not finalize, since the other ranks may never come: it
/// never hangs. End the world by run_guarded() (comm/guard.hpp) before it comes to that.
class MpiSession {
 public:
  /// Errors: CommunicationError if MPI has too low a thread level, or sees one process where the launcher started several.
  MpiSession(int& argc, char**& argv);
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

  /// A duplicate of MPI_COMM_WORLD, or the self communicator.
  std::unique_ptr<Communicator> world() const;

  /// "Open MPI v4.1.4": usable before and without MPI_Init.
  static std::string library_version();

  /// Rank in the launcher's environment, 0 without a launcher; usable before and without MPI_Init, for messages.
  static int launcher_rank();

 private:
  int num_exceptions_;
  bool initialized_ = false;
};

} // namespace radforge
