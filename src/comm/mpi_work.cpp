#include "mpi_work.hpp"

#include "mpi_check.hpp"

namespace radforge {

MpiWork::~MpiWork() {
  // MPI writes into the caller's buffer until the requests are complete, even when an exception is passing. An error is not lost:
  // the next collective on the communicator meets it again.
  MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
}

bool MpiWork::done() {
  int flag = 0;
  check_mpi(MPI_Testall(static_cast<int>(requests_.size()), requests_.data(), &flag, MPI_STATUSES_IGNORE), "MPI_Testall");
  return flag != 0;
}

void MpiWork::wait() {
  check_mpi(MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE), "MPI_Waitall");
}

} // namespace radforge
