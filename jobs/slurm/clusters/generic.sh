# shellcheck shell=bash
# A cluster of which nothing is known: one rank a GPU, or one a node where there are none, started by srun with PMIx. Files of other
# clusters set what differs, and source this one.
#
# A cluster's file is sourced twice, and what is set already stays: by you or pipeline.sh before sbatch, for partition, GPUs and time
# (SBATCH_PARTITION, SBATCH_ACCOUNT, SBATCH_GRES, SBATCH_TIMELIMIT ... in the environment), and by the job, for modules, launcher and network.
[ -n "${SLURM_JOB_ID:-}" ] || return 0 # below is for jobs

RADFORGE_CHAIN=${RADFORGE_CHAIN:-requeue}

# srun hears of --cpus-per-task here, as it does not take it over from sbatch (since Slurm 22.05).
launch() {
  local ranks=${RADFORGE_RANKS_PER_NODE:-${SLURM_GPUS_ON_NODE:-1}}
  export OMP_NUM_THREADS=${OMP_NUM_THREADS:-$((${SLURM_CPUS_ON_NODE:-1} / ranks > 0 ? ${SLURM_CPUS_ON_NODE:-1} / ranks : 1))}
  exec srun --mpi="${SLURM_MPI_TYPE:-pmix}" --ntasks=$((ranks * SLURM_JOB_NUM_NODES)) --ntasks-per-node="$ranks" --cpus-per-task="$OMP_NUM_THREADS" --kill-on-bad-exit=1 "$@"
}
