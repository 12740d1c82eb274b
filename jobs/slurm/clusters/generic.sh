# shellcheck shell=bash
# A cluster of which nothing is known: one rank a GPU, or one a node where there are none, started by srun with PMIx.
RADFORGE_CHAIN=${RADFORGE_CHAIN:-requeue}

launch() {
  local ranks=${RADFORGE_RANKS_PER_NODE:-${SLURM_GPUS_ON_NODE:-1}}
  export OMP_NUM_THREADS=${OMP_NUM_THREADS:-$((${SLURM_CPUS_ON_NODE:-1} / ranks > 0 ? ${SLURM_CPUS_ON_NODE:-1} / ranks : 1))}
  exec srun --mpi=pmix --ntasks-per-node="$ranks" --cpus-per-task="$OMP_NUM_THREADS" --kill-on-bad-exit=1 "$@"
}
