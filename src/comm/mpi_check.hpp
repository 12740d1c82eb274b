#pragma once

namespace radforge {

/// Throws CommunicationError with MPI's own text unless `code` is MPI_SUCCESS; `call` is the name of the MPI function.
void check_mpi(int code, const char* call);

} // namespace radforge
