# shellcheck shell=bash
# A Slurm on one machine, or tests/slurm/virtual-slurm: ranks share cores, so those that wait give way, and none is bound.
#   export RADFORGE_CLUSTER=local; sbatch jobs/train_diffusion.sbatch
export RADFORGE_CLUSTER="${RADFORGE_CLUSTER:-local}"
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
export OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_hwloc_base_binding_policy=none
# shellcheck source=generic.sh
source jobs/slurm/clusters/generic.sh
