# shellcheck shell=bash
# Sourced by every job file, in the folder that it was submitted from: runs one command of radforge, and sees to it that a job that
# ends too early is started again, until its work is done or a start has stopped making sense.
#
# The state of such a chain is chain.txt in the output folder, a line a start and a line an end:
#   2026-11-27T14:00:00Z start job 12 restart 0 nodes n1,n2 has 3f2a...   what the folder held, as a digest
#   2026-11-27T14:10:00Z end job 12 code 75 again (stopped on request)
# A start without an end was killed with its node. Three starts in a row that have added nothing end the chain with code 79.
#
# A task of an array has a chain of its own, chain-TASK.txt.
#
# Of a cluster (jobs/slurm/clusters/NAME.sh, chosen by RADFORGE_CLUSTER) come
#   launch COMMAND...          becomes the launcher of the ranks (exec), which signals then reach
#   RADFORGE_CHAIN             requeue: the job itself starts again; resubmit: another one follows it
set -uo pipefail

job_arguments=("$@") # of the job file, for one that follows: what is sourced without arguments sees its caller's
job_file=$(scontrol show job "$SLURM_JOB_ID" | sed -n 's/^ *Command=\([^ ]*\).*/\1/p' | head -1)
readonly job_arguments job_file
readonly starts_without_progress=3
readonly code_chain_ended=79

stage_log() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >&2; }
stage_end() { stage_log "$1"; exit "$2"; }

cluster=${RADFORGE_CLUSTER:-$(jobs/slurm/cluster_name)}
cluster_file=jobs/slurm/clusters/$cluster.sh
[ -r "$cluster_file" ] ||
  stage_end "cluster '$cluster' is not known ($cluster_file is not there) set RADFORGE_CLUSTER to one of: $(cd jobs/slurm/clusters && echo ./*.sh)" 2
# shellcheck source=clusters/generic.sh
source "$cluster_file"
RADFORGE=${RADFORGE:-build/release/bin/radforge}
[ -x "$RADFORGE" ] || stage_end "$RADFORGE cannot be run on $(hostname) (it is not there, or not for this user) build it, or set RADFORGE" 2

# The folder that radforge writes to: --output, or runs/<config name>.
output_of() {
  local config=$1 name
  shift
  while [ $# -gt 0 ]; do
    case $1 in
    --output | -o) echo "$2" && return ;;
    --output=*) echo "${1#--output=}" && return ;;
    esac
    shift
  done
  name=${config#configs/}
  echo "runs/${name%.yaml}"
}

# What is finished in the folder: the names of all whole checkpoint sets, shards and results, as one word.
work_done() {
  (cd "$1" && find . \( -path '*/checkpoints/step-*/manifest.json' -o -path '*/pipeline/*.json' -o -name 'shard-*.h5' -o -name predictions.h5 \
    -o -name evaluation.json -o -name image_quality.json -o -name scaling.json \) -print | sort | md5sum | cut -c1-12)
}

# How many starts at the end of the chain had this to begin with.
starts_with() {
  awk -v has="$1" '$2 == "start" { count = $NF == has ? count + 1 : 0 } END { print count + 0 }' "$2"
}

# What Slurm says of this job.
job_field() { scontrol show job "$SLURM_JOB_ID" | tr ' ' '\n' | sed -n "s/^$1=//p" | head -1; }

again() {
  if [ "$RADFORGE_CHAIN" = requeue ]; then
    scontrol requeue "$SLURM_JOB_ID" && sleep 600 # Slurm ends this script
  fi
  # With all that this one was submitted with; of an array the one task.
  local job options=(--nodes="$SLURM_JOB_NUM_NODES" --job-name="$SLURM_JOB_NAME" --partition="$SLURM_JOB_PARTITION"
    --time="$(job_field TimeLimit)" --output="$(job_field StdOut)")
  [ -z "${SLURM_ARRAY_TASK_ID:-}" ] || options+=(--array="$SLURM_ARRAY_TASK_ID")
  [ "$(job_field Account)" = "(null)" ] || options+=(--account="$(job_field Account)")
  [ -z "$(job_field TresPerNode)" ] || options+=(--gres="$(job_field TresPerNode | sed 's/gres[:\/]//g')")
  job=$(sbatch --parsable --dependency="afterany:$SLURM_JOB_ID" "${options[@]}" "$job_file" "${job_arguments[@]}") ||
    stage_end "no job follows this one (sbatch has refused it, see above) submit the same line again" 4
  stage_log "job $job follows"
}

# Slurm tells this script of the time's end and of pre-emption; the ranks hear it from their launcher, and stop together.
launcher=
asked=no
stop_ranks() {
  asked=yes
  interrupted=yes
  [ -z "$launcher" ] || kill -USR1 "$launcher" 2>/dev/null
}
trap stop_ranks USR1

run_stage() {
  local command=$1 config=$2
  shift 2
  local output chain code=0 reason
  output=$(output_of "$config" "$@")
  mkdir -p "$output" || stage_end "$output cannot be made on $(hostname) (see above) name another --output" 4
  chain=$output/chain${SLURM_ARRAY_TASK_ID:+-$SLURM_ARRAY_TASK_ID}.txt
  touch "$chain" || stage_end "$chain cannot be written on $(hostname) (see above) name another --output" 4
  note() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >>"$chain"; }

  local has
  has=$(work_done "$output")
  if [ "$(starts_with "$has" "$chain")" -ge "$starts_without_progress" ]; then
    note "end job $SLURM_JOB_ID code $code_chain_ended ($starts_without_progress starts have added nothing)"
    stage_end "the chain ends ($starts_without_progress starts have added nothing to $output) see the logs, mend the cause, remove $chain and submit again" \
      "$code_chain_ended"
  fi
  note "start job $SLURM_JOB_ID restart ${SLURM_RESTART_COUNT:-0} nodes $SLURM_JOB_NODELIST has $has"

  if [ "$asked" = yes ]; then # while the command before this one ended
    code=75
  else
    launch "$RADFORGE" "$command" "$config" "$@" &
    launcher=$!
    interrupted=yes
    while [ "$interrupted" = yes ]; do # a signal ends the waiting, not the launcher
      interrupted=no
      wait "$launcher"
      code=$?
    done
    launcher=
  fi
  # Ranks that stop together do not end together: srun sees the first with 75, and ends those that are still at it (143).
  [ "$asked" = yes ] && [ "$code" = 143 ] && code=75

  case $code in
  0) reason="done" ;;
  75) reason="again (stopped on request)" ;;
  1 | 5 | 134 | 135 | 136 | 137 | 139 | 143) reason="again (a rank or its node was lost)" ;;
  *) reason="ended (the same start would end alike)" ;;
  esac
  note "end job $SLURM_JOB_ID code $code $reason"
  stage_log "$command $config: code $code, $reason"
  case $reason in
  done) return ;;
  again*) again ;;
  esac
  exit "$code"
}
