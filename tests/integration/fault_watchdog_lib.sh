# Helpers of the watchdog's fault tests; sourced.
# shellcheck shell=bash
# shellcheck source-path=SCRIPTDIR source=fault_lib.sh
source "$(dirname "$0")/fault_lib.sh"
mpirun=$1 program=$2
nodes=()
deadline=2 # fault_watchdog.cpp
limit=$(((deadline + 2) * 3)) # a busy machine

# begin MODE[+NAME] COMMAND...: starts a run in $folder in the background; sets `launcher`.
begin() {
  local name=$1
  shift
  folder=$work/$name
  mkdir "$folder"
  "$@" "${name%%+*}" "$folder" "${nodes[@]}" >"$work/$name.out" 2>"$work/$name.err" &
  launcher=$!
}

told() { grep -q -e "error \[rank [0-9]*\] $2" -e "error $2" "$work/$1.err"; }
all_gone() {
  local pid
  while read -r pid; do
    gone "$pid" || return 1
  done < <(cat "$folder"/pid-*)
}

# judged NAME VERDICT: the run ends with a line that holds VERDICT, exit code 5, a report, and no process.
judged() {
  local start=$EPOCHREALTIME
  wait_for "$limit" told "$1" "$2"
  echo "$1: told after $(seconds_since "$start") s"
  ended "$1" "$launcher"
  expect_code "$1" 5
  wait_for 15 all_gone
  [[ $(grep -c " error " "$work/$1.err") -ge 1 ]] || fail "$1: no verdict"
}

# A signal takes its time to arrive: until then the process goes on.
is_stopped() { grep -q '^State:[[:space:]]*T' "/proc/$1/status"; }

# stopped NAME RANKS VERDICT: rank 1 is stopped where it says it is ready.
stopped() {
  begin "$1" "$mpirun" -n "$2" "$program"
  wait_for 30 test -s "$folder/ready"
  # Nodes tell each other what they do every 0.4 s.
  if [[ ${#nodes[@]} -gt 0 ]]; then sleep 1.2; else sleep 0.3; fi
  local pid size
  pid=$(cat "$folder/pid-1")
  kill -STOP "$pid"
  wait_for 10 is_stopped "$pid"
  size=$(stat -c %s "$folder/work-1" 2>/dev/null || echo 0)
  judged "$1" "$3"
  grep -q "$3" "$folder"/watchdog-rank-*.txt || fail "$1: no report"
  kill -CONT "$pid" 2>/dev/null || true
  [[ $(stat -c %s "$folder/work-1" 2>/dev/null || echo 0) -eq $size ]] || fail "$1: the stopped rank wrote later"
}

