# shellcheck shell=bash
# Sourced by every job file, in the folder that it was submitted from: runs one command of radforge, and sees to it that a job that
# ends too early is started again, until its work is done or a start has stopped making sense.
#
# Of a cluster (environment.sh) come
#   launch COMMAND...          becomes the launcher of the ranks (exec), which signals then reach
#   RADFORGE_CHAIN             requeue: the job itself starts again; resubmit: another one follows it (chain.sh)

# Slurm says by USR1 that the end is near (time, pre-emption), and the ranks, who hear it from their launcher, stop together. It says
# TERM when it ends the job, to the ranks as well: this script outlives them, to see what follows. From the first line on: loading modules may
# take a while.
launcher=
asked=no
ending=no
begun=no
bad_nodes=
stop_ranks() {
  asked=yes
  interrupted=yes
  [ -z "$launcher" ] || kill -USR1 "$launcher" 2>/dev/null
}
trap stop_ranks USR1
end_ranks() {
  ending=yes
  interrupted=yes
  [ -z "$launcher" ] || { sleep 5; kill -KILL "$launcher"; } 2>/dev/null & # ranks that hang in a file system would outlive this script
}
trap end_ranks TERM

# shellcheck source=environment.sh
source jobs/slurm/environment.sh
# shellcheck source=chain.sh
source jobs/slurm/chain.sh

RADFORGE=${RADFORGE:-build/release/bin/radforge}
[ -x "$RADFORGE" ] || stage_end "$RADFORGE cannot be run on $(hostname) (it is not there, or not for this user) build it, or set RADFORGE" 2
time_limit=$(job_field TimeLimit)
[[ $time_limit != 00:0[0-4]:* ]] ||
  stage_end "--time=$time_limit leaves no time to save (jobs stop 3 minutes before their end, which Slurm says up to a minute early) ask for 10 minutes or more" 2

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

# reason_of CODE OUTPUT: why this start has ended; "again" is what another start goes on from.
reason_of() {
  case $1 in
  0) echo "done" && return ;;
  78) [ -z "$bad_nodes" ] || { echo "again (without $bad_nodes, which the doctor has found unfit)" && return; } ;;
  esac
  case $1 in
  2 | 3 | 4 | 6 | 70 | 73 | 78 | 126 | 127) echo "ended (the same start would end alike)" && return ;;
  esac
  if is_left_to_slurm; then
    echo "left to Slurm (cancelled, or its node has failed)"
  elif [ "$1" = 75 ] && [ "$begun" = no ]; then
    echo "again (stopped before it had begun)"
  elif [ "$1" = 75 ] && [ "$asked" = no ] && [ -e "$2/stop" ]; then
    echo "ended (the file $2/stop asks for it)"
  elif [ "$1" = 75 ]; then
    echo "again (stopped on request)"
  elif [ "$(job_field Reason)" = TimeLimit ]; then
    echo "again (the time was over before all ranks had stopped)"
  else
    echo "again (a rank, its node or its launcher was lost)"
  fi
}

# run_ranks COMMAND [ARGUMENT ...]: of radforge, on all nodes of the job; sets `code`. Rank 0 keeps a file with "running" and then its exit code,
# as launchers change that: srun ends with 143 where ranks that stop together end one after another, and with 0 or anything where it could not
# start a rank on a node that is just coming back or going. Then it is asked again.
run_ranks() {
  local said='' interrupted tries=0
  code=0
  while [ -z "$said" ] && [ $((tries += 1)) -le 3 ]; do
    [ $tries = 1 ] || sleep 5
    [ "$asked" = no ] || code=75
    [ "$ending" = no ] || code=143
    [ "$asked$ending" = nono ] || return # before the ranks have started
    rm -f "$RADFORGE_EXIT_CODE_FILE"
    begun=yes
    launch "$RADFORGE" "$@" &
    launcher=$!
    [ "$asked" = no ] || kill -USR1 "$launcher" # since the line before
    interrupted=yes
    while [ "$interrupted" = yes ]; do # a signal ends the waiting, not the launcher
      interrupted=no
      wait "$launcher"
      code=$?
    done
    launcher=
    said=$(cat "$RADFORGE_EXIT_CODE_FILE" 2>/dev/null)
    case $code in 126 | 127) return ;; esac # there is no program
  done
  case $said in
  '' | running) [ "$code" != 0 ] || code=5 ;;
  0) ;; # rank 0 is done, and may be alone in that
  *) code=$said ;;
  esac
}

# check_nodes REPORT OUTPUT: whether they are fit for work; sets `code`, and `bad_nodes` to those that another start shall do without.
check_nodes() {
  code=0
  [ "${RADFORGE_DOCTOR:-yes}" = yes ] || return
  run_ranks doctor --json --output "$2" ${RADFORGE_RANKS_PER_NODE:+--ranks-per-node "$RADFORGE_RANKS_PER_NODE"} \
    ${RADFORGE_LEAST_RATE:+--least-rate "$RADFORGE_LEAST_RATE"} >"$1"
  bad_nodes=$(sed -n 's/^  "exclude": "\(.*\)",$/\1/p' "$1")
  stage_log "doctor: $(sed -n 's/^  "verdict": "\(.*\)",$/\1/p' "$1") ($1)"
}

# run_stage COMMAND CONFIG [OPTION ...]: of radforge. A CONFIG with `task: sweep` is a sweep of such commands, shared among the tasks of an array.
run_stage() {
  local command=$1 config=$2
  shift 2
  [ -e "$config" ] || stage_end "$config is not there on $(hostname) (the first word is the configuration, of a report the folder) options come behind it" 2
  if grep -qs '^task: *sweep' "$config"; then
    command=sweep
    [ -z "${SLURM_ARRAY_TASK_ID:-}" ] || set -- "$@" --array-task "$SLURM_ARRAY_TASK_ID/$RADFORGE_ARRAY_TASKS"
  elif [ "$command" != generate ] && [ "${SLURM_ARRAY_TASK_ID:-}" != "${SLURM_ARRAY_TASK_MIN:-}" ]; then
    stage_log "nothing is left for this task ($config is no sweep, the first task of the array does it)"
    return
  fi
  local output task=${SLURM_ARRAY_TASK_ID:+-$SLURM_ARRAY_TASK_ID} chain code=0 reason
  output=$(output_of "$command" "$config" "$@")
  mkdir -p "$output" || stage_end "$output cannot be made on $(hostname) (see above) name another --output" 4
  chain=$output/chain$task.txt
  export RADFORGE_EXIT_CODE_FILE=$output/.exit-code-$SLURM_JOB_ID
  touch "$chain" || stage_end "$chain cannot be written on $(hostname) (see above) name another --output" 4
  note() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >>"$chain"; }

  local has
  has=$(work_done "$output")
  if has_stalled "$chain" "$has"; then
    note "end job $SLURM_JOB_ID code 79 ($starts_without_progress starts have added nothing)"
    stage_end "the chain ends ($starts_without_progress starts have added nothing to $output) see the logs, mend the cause, remove $chain and submit again" 79
  fi
  note "start job $SLURM_JOB_ID restart ${SLURM_RESTART_COUNT:-0} nodes $SLURM_JOB_NODELIST has $has"

  check_nodes "$output/doctor$task.json" "$output"
  begun=no # the work itself
  [ "$code" != 0 ] || run_ranks "$command" "$config" "$@"
  rm -f "$RADFORGE_EXIT_CODE_FILE"
  [ "$code" = 0 ] || trap '' TERM USR1 # which would end what finds out now what follows
  reason=$(reason_of "$code" "$output")
  note "end job $SLURM_JOB_ID code $code $reason"
  stage_log "$command $config: code $code, $reason"
  case $reason in
  done) return ;;
  again*) again ;;
  esac
  exit "$code"
}
