#pragma once

#include <optional>

namespace radforge {

/// This process's place among those that mpirun or srun started together.
struct LauncherPlace {
  int rank = 0;
  int size = 1;
};

/// From the environment that Open MPI, PMIx, PMI or a Slurm step leave; empty when no launcher started the process. A Slurm batch
/// script is no step: a program run from it directly is alone.
std::optional<LauncherPlace> find_launcher();

} // namespace radforge
