#include "mpi_check.hpp"

#include "radforge/core/error.hpp"

#include <mpi.h>

#include <string>

namespace radforge {

void check_mpi(int code, const char* call) {
  if (code == MPI_SUCCESS) {
    return;
  }
  std::string text(MPI_MAX_ERROR_STRING, '\0');
  int length = 0;
  if (MPI_Error_string(code, text.data(), &length) != MPI_SUCCESS) {
    length = 0;
  }
  text.resize(static_cast<std::size_t>(length));
  throw CommunicationError("{} failed ({}, code {}): look for the first message of another rank; one of them may have died", call,
                           text, code);
}

} // namespace radforge
