# shellcheck shell=bash
# JUWELS Booster at Jülich Supercomputing Centre: nodes of 48 cores and 4 A100 of 40 GB, at most 24 hours and 384 nodes a job.
#
# Not run on the real machine: made from its documentation (https://apps.fz-juelich.de/jsc/hps/juwels) and from job scripts of its
# users (https://github.com/FZJ-JSC), as they were in November 2026. Open: whether psslurm, which takes slurmd's place there, hands
# signals on as slurmd does, and whether jobs are requeued.
#
#   source jobs/slurm/clusters/juwels-booster.sh; export SBATCH_ACCOUNT=...   one of `jutil user projects`
#   sbatch --nodes=16 jobs/train_diffusion.sbatch configs/train/roentgen-v2.yaml
export RADFORGE_CLUSTER="${RADFORGE_CLUSTER:-juwels-booster}"
export SBATCH_PARTITION="${SBATCH_PARTITION:-booster}"
export SBATCH_GRES="${SBATCH_GRES:-gpu:4}"
export SBATCH_TIMELIMIT="${SBATCH_TIMELIMIT:-24:00:00}"
[ -n "${SLURM_JOB_ID:-}" ] || return 0 # below is for jobs

if command -v module >/dev/null; then
  module --force purge
  module load Stages/2025 GCC OpenMPI CUDA/12 NCCL/default-CUDA-12 MPI-settings/CUDA HDF5 || return
fi
RADFORGE_CHAIN=${RADFORGE_CHAIN:-resubmit} # works whether or not jobs are requeued there
export SLURM_MPI_TYPE="${SLURM_MPI_TYPE:-pspmix}" # psslurm's PMIx
export SLURM_HINT="${SLURM_HINT:-nomultithread}" # a thread a core
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-12}" # cores of a GPU: without hardware threads, which Slurm counts as CPUs
export NCCL_SOCKET_IFNAME="${NCCL_SOCKET_IFNAME:-ib0}" # the Ethernet interface does not reach other cells
export NCCL_IB_TIMEOUT="${NCCL_IB_TIMEOUT:-22}" # 17 s, tried 7 times: links that flap come back within two minutes. Beyond 31 it is infinite
export HDF5_USE_FILE_LOCKING="${HDF5_USE_FILE_LOCKING:-FALSE}" # GPFS; no file of radforge's has two writers
# shellcheck source=generic.sh
source jobs/slurm/clusters/generic.sh
