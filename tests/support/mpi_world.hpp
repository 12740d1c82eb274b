#pragma once

#include "radforge/comm/communicator.hpp"

namespace radforge {

/// All ranks of the running MPI test; mpi_main.cpp owns it.
Communicator& test_world();

} // namespace radforge
