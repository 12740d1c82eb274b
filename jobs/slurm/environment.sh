# shellcheck shell=bash
# Sourced by stage.sh in a job and by pipeline.sh before one: messages, and what jobs/slurm/clusters/NAME.sh says of the cluster.
#   RADFORGE_CLUSTER   NAME; found by jobs/slurm/cluster_name where it is not set
set -o pipefail

stage_log() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >&2; }
stage_end() { stage_log "$1"; exit "$2"; }

cluster=${RADFORGE_CLUSTER:-$(jobs/slurm/cluster_name)}
cluster_file=jobs/slurm/clusters/$cluster.sh
[ -r "$cluster_file" ] ||
  stage_end "cluster '$cluster' is not known ($cluster_file is not there) set RADFORGE_CLUSTER to one of: $(cd jobs/slurm/clusters && echo *.sh | sed 's/\.sh//g')" 2
# shellcheck source=clusters/generic.sh
source "$cluster_file" || stage_end "$cluster_file has failed (see above: a module that is not there?) mend it" 2
set -u # not before: functions of a module system take unset variables for empty ones
