# shellcheck shell=bash
# JURECA-DC at Jülich Supercomputing Centre: nodes of 128 cores and 4 A100 of 40 GB. All else is as on JUWELS Booster.
#
# Not run on the real machine: made from its documentation (https://apps.fz-juelich.de/jsc/hps/jureca) and from job scripts of its
# users, as they were in November 2026.
#
#   source jobs/slurm/clusters/jureca-dc.sh; export SBATCH_ACCOUNT=...   one of `jutil user projects`
export RADFORGE_CLUSTER="${RADFORGE_CLUSTER:-jureca-dc}"
export SBATCH_PARTITION="${SBATCH_PARTITION:-dc-gpu}"
[ -z "${SLURM_JOB_ID:-}" ] || export OMP_NUM_THREADS="${OMP_NUM_THREADS:-32}"
# shellcheck source=juwels-booster.sh
source jobs/slurm/clusters/juwels-booster.sh
