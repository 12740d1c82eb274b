# shellcheck shell=bash
# Sourced by every job file, in the folder that it was submitted from: runs one command of radforge, and sees to it that a job that
# ends too early is started again, until its work is done or a start has stopped making sense.
#
# Of a cluster (environment.sh) come
#   launch COMMAND...          becomes the launcher of the ranks (exec), which signals then reach
#   RADFORGE_CHAIN             requeue: the job itself starts again; resubmit: another one follows it (chain.sh)

# shellcheck source=environment.sh
source jobs/slurm/environment.sh
# shellcheck source=chain.sh
source jobs/slurm/chain.sh

RADFORGE=${RADFORGE:-build/release/bin/radforge}
[ -x "$RADFORGE" ] || stage_end "$RADFORGE cannot be run on $(hostname) (it is not there, or not for this user) build it, or set RADFORGE" 2
time_limit=$(job_field TimeLimit)
[[ $time_limit != 00:0[0-4]:* ]] ||
  stage_end "--time=$time_limit leaves no time to save (jobs stop 3 minutes before their end, which Slurm says up to a minute early) ask for 10 minutes or more" 2

# Slurm says by USR1 that the end is near (time, pre-emption), and the ranks, who hear it from their launcher, stop together. It says
# TERM when it ends the job, to the ranks as well: this script outlives them, to see what follows.
launcher=
asked=no
ending=no
stop_ranks() {
  asked=yes
  interrupted=yes
  [ -z "$launcher" ] || kill -USR1 "$launcher" 2>/dev/null
}
trap stop_ranks USR1
trap 'ending=yes interrupted=yes' TERM

# The folder that radforge writes to, as src/cli/parse.cpp has it: --output, or runs/<place below a folder configs, else name>; of a report
# the folder that it is about.
output_of() {
  local command=$1 config=$2 name
  shift 2
  [ "$command" != report ] || { echo "$config" && return; }
  while [ $# -gt 0 ]; do
    case $1 in
    --output | -o) echo "$2" && return ;;
    --output=*) echo "${1#--output=}" && return ;;
    esac
    shift
  done
  case /$config in
  */configs/*) name=${config#*configs/} ;;
  *) name=${config##*/} ;;
  esac
  name=${name%.yaml}
  echo "runs/${name%.yml}"
}

# Why this start has ended, of its code; "again" is what another start goes on from.
reason_of() {
  case $1 in
  0) echo "done" && return ;;
  1 | 5 | 75 | 134 | 135 | 136 | 137 | 139 | 143) ;;
  *) echo "ended (the same start would end alike)" && return ;;
  esac
  if is_left_to_slurm; then
    echo "left to Slurm (cancelled, or its node has failed)"
  elif [ "$1" = 75 ]; then
    echo "again (stopped on request)"
  elif [ "$(job_field Reason)" = TimeLimit ]; then
    echo "again (the time was over before all ranks had stopped)"
  else
    echo "again (a rank or its node was lost)"
  fi
}

# run_stage COMMAND CONFIG [OPTION ...]: of radforge. A CONFIG with `task: sweep` is a sweep of such commands, shared among the tasks of an array.
run_stage() {
  local command=$1 config=$2
  shift 2
  if grep -qs '^task: *sweep' "$config"; then
    command=sweep
    [ -z "${SLURM_ARRAY_TASK_ID:-}" ] || set -- "$@" --array-task "$SLURM_ARRAY_TASK_ID/$RADFORGE_ARRAY_TASKS"
  elif [ "$command" != generate ] && [ "${SLURM_ARRAY_TASK_ID:-1}" -gt 1 ]; then
    stage_log "nothing is left for this task ($config is no sweep, the first task of the array does it)"
    return
  fi
  local output chain code=0 reason
  output=$(output_of "$command" "$config" "$@")
  mkdir -p "$output" || stage_end "$output cannot be made on $(hostname) (see above) name another --output" 4
  chain=$output/chain${SLURM_ARRAY_TASK_ID:+-$SLURM_ARRAY_TASK_ID}.txt
  touch "$chain" || stage_end "$chain cannot be written on $(hostname) (see above) name another --output" 4
  note() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >>"$chain"; }

  local has
  has=$(work_done "$output")
  if has_stalled "$chain" "$has"; then
    note "end job $SLURM_JOB_ID code 79 ($starts_without_progress starts have added nothing)"
    stage_end "the chain ends ($starts_without_progress starts have added nothing to $output) see the logs, mend the cause, remove $chain and submit again" 79
  fi
  note "start job $SLURM_JOB_ID restart ${SLURM_RESTART_COUNT:-0} nodes $SLURM_JOB_NODELIST has $has"

  if [ "$ending" = yes ]; then # before the ranks have started
    code=143
  elif [ "$asked" = yes ]; then
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
  [ "$asked" = yes ] && [ "$ending" = no ] && [ "$code" = 143 ] && code=75

  reason=$(reason_of "$code")
  note "end job $SLURM_JOB_ID code $code $reason"
  stage_log "$command $config: code $code, $reason"
  case $reason in
  done) return ;;
  again*) again "$output" ;;
  esac
  exit "$code"
}
