# shellcheck shell=bash
# Sourced by stage.sh: the chain of starts that a piece of work takes, what they have added, and what follows a start that ended too early.
#
# The state of a chain is chain.txt in the output folder, a line a start and a line an end:
#   2026-11-27T14:00:00Z start job 12 restart 0 nodes n1,n2 has 3f2a...   what the folder held, as a digest
#   2026-11-27T14:10:00Z end job 12 code 75 again (stopped on request)
# A start without an end was killed with its node. A task of an array has a chain of its own, chain-TASK.txt.
readonly starts_without_progress=3

job_arguments=("$@") # of the job file, for one that follows: what is sourced without arguments sees its caller's
this_job=$SLURM_JOB_ID # of an array the task: the number of one of them is also the whole array's
[ -z "${SLURM_ARRAY_TASK_ID:-}" ] || this_job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
export RADFORGE_ARRAY_TASKS="${RADFORGE_ARRAY_TASKS:-${SLURM_ARRAY_TASK_COUNT:-}}" # a task that follows one is an array of one

# What Slurm says of this job; it may be asked again when its controller is busy.
job_fields() {
  local answer tries=0
  until answer=$(scontrol show job "$this_job") || [ $((tries += 1)) -gt 5 ]; do sleep 1; done
  tr ' ' '\n' <<<"$answer"
}
job_field() { job_fields | sed -n "s/^$1=//p" | head -1; }

# Whether this job is being ended without anything to do here: cancelled, or started again by Slurm after a node has failed. One whose time
# is over, or whose node has failed where Slurm does not requeue, has a reason; from TERM on it has KillWait seconds (30).
is_left_to_slurm() { [ "$(job_field JobState)" = COMPLETING ] && [ "$(job_field Reason)" = None ]; }

# What is finished in the folder: the names of all whole checkpoint sets, shards and results, as one word.
work_done() {
  (cd "$1" && find . \( -path '*/checkpoints/step-*/manifest.json' -o -path '*/pipeline/*.json' -o -name 'shard-*.h5' -o -name predictions.h5 \
    -o -path '*/predictions/*.h5' -o -name evaluation.json -o -name image_quality.json -o -name scaling.json \) -print | sort | md5sum | cut -c1-12)
}

# has_stalled CHAIN HAS: whether the last starts of a chain that goes on all had this to begin with, and could have added to it.
has_stalled() {
  awk -v has="$2" -v limit="$starts_without_progress" '
    $2 == "start" && left && $6 == 0 { count = 0 } # it was cancelled, and submitted again
    $2 == "start" { count = $NF == has ? count + 1 : 0 }
    / again \((without|stopped before)/ && count > 0 { --count }
    { left = / left to Slurm / }
    / (done|ended \(.*)$/ { count = 0 } # what begins then is another chain
    END { exit count < limit }' "$1"
}

# again: starts this job once more, where the site lets it and no node is to be left out, or submits one that follows it, with what this one was submitted with.
again() {
  if [ "$RADFORGE_CHAIN" = requeue ] && [ -z "$bad_nodes" ] && scontrol requeue "$this_job"; then
    trap - TERM # by which Slurm ends this script now
    sleep 600
    exit
  fi
  local follower fields options=(--parsable --dependency="afterany:$this_job" ${SLURM_ARRAY_TASK_ID:+--array="$SLURM_ARRAY_TASK_ID"})
  options+=(--nodes="$SLURM_JOB_NUM_NODES") # Slurm's field does not count one that has failed
  fields=$(job_fields)
  keep_option --job-name JobName
  keep_option --partition Partition
  keep_option --time TimeLimit
  keep_option --account Account
  keep_option --qos QOS
  keep_option --reservation Reservation
  keep_option --constraint Features
  keep_option --exclude ExcNodeList "$bad_nodes"
  keep_option --mem MinMemoryNode
  keep_option --mem-per-cpu MinMemoryCPU
  keep_option --gres TresPerNode
  keep_option --gpus TresPerJob
  keep_option --output StdOut
  follower=$(sbatch "${options[@]}" "$(job_field Command)" "${job_arguments[@]}") ||
    stage_end "no job follows this one (sbatch has refused it, see above) submit the same line again" 4
  stage_log "job $follower follows"
  move_dependants "$follower" ||
    stage_end "jobs that wait for this one do not wait for job $follower (Slurm has not answered) scontrol update JobId=... Dependency=afterok:$follower" 75
  exit 0 # what waits for this job to succeed waits for that one now
}

# keep_option OPTION FIELD [MORE]: into options, where the job has one, and more of it.
keep_option() {
  local value
  value=$(sed -n "s/^$2=//p" <<<"$fields" | head -1)
  if [ -n "${3:-}" ]; then
    [ "$value" != '(null)' ] || value=
    value+=${value:+,}$3
  fi
  case $1 in # gres:gpu:4
  --gres) value=${value//gres[:\/]/} ;;
  --gpus) value=${value//gres[:\/]gpu:/} ;;
  esac
  case $value in '' | 0 | '(null)') ;; *) options+=("$1=$value") ;; esac
}

# move_dependants FOLLOWER: jobs that wait for this one now wait for the one that follows it. Of an array, other tasks are still waited for.
# Jobs that end at the same time take turns, or one would undo what the other has written; a pass that finds nothing to do is the proof.
move_dependants() {
  local tries=0 passes=0 turn=runs/.turn-of-dependants
  mkdir -p runs
  until mkdir "$turn" 2>/dev/null || [ $((tries += 1)) -gt 50 ]; do sleep 0.2; done # for 10 s: one may have been killed in its turn
  until has_no_dependants "$1" || [ $((passes += 1)) -gt 5 ]; do sleep 0.5; done
  rmdir "$turn" 2>/dev/null
  [ $passes -le 5 ]
}

# has_no_dependants FOLLOWER: true if no job waits for this one; those that do are told to wait for the other.
has_no_dependants() {
  local job dependency moved edit tasks waiting none=yes
  if [ -n "${SLURM_ARRAY_TASK_ID:-}" ]; then
    tasks=$(squeue --noheader --array --jobs="$SLURM_ARRAY_JOB_ID" --format=:%i) || return
    tasks=$(grep -vx ":$this_job" <<<"$tasks" | tr -d '\n')
    edit="s/:$this_job(\$|[^0-9])/:$1\1/; s/:${SLURM_ARRAY_JOB_ID}_\*/$tasks:$1/"
  else
    edit="s/:$this_job(\$|[^0-9_+])/:$1\1/"
  fi
  waiting=$(squeue --noheader --user="$SLURM_JOB_USER" --states=PENDING --format='%F %E') || return
  while read -r job dependency; do
    if [ "$job" = "$1" ] || [[ $dependency = *'(failed)'* ]]; then
      continue
    fi
    dependency=${dependency//(unfulfilled)/}
    moved=$(sed -E "$edit" <<<"$dependency")
    if [ "$moved" != "$dependency" ]; then
      none=no
      scontrol update JobId="$job" Dependency="$moved"
    fi
  done <<<"$waiting"
  [ $none = yes ]
}
