# Helpers of the fault tests; sourced.
# shellcheck shell=bash
set -euo pipefail

work=$(mktemp -d)
trap clean_up EXIT

# A failed test leaves no world behind. TERM first: mpirun then ends its ranks.
clean_up() {
  local -a children
  mapfile -t children < <(jobs -p)
  if ((${#children[@]} > 0)); then
    kill "${children[@]}" 2>/dev/null || true
    sleep 2
    kill -KILL "${children[@]}" 2>/dev/null || true
  fi
  rm -rf "$work"
}

fail() {
  echo "FAILED: $*" >&2
  for file in "$work"/*.out "$work"/*.err; do
    [[ -s $file ]] && sed "s|^|${file##*/}: |" "$file" >&2
  done
  exit 1
}

# run NAME SECONDS COMMAND...: sets `code`; stdout and stderr go to $work/NAME.out and .err; an end after SECONDS is a failure.
run() {
  local name=$1 seconds=$2 start=$EPOCHREALTIME
  shift 2
  code=0
  timeout --kill-after=1 "$seconds" "$@" >"$work/$name.out" 2>"$work/$name.err" || code=$?
  [[ $code -ne 124 && $code -ne 137 ]] || fail "$name: still running after $seconds s"
  echo "$name: exit code $code after $(seconds_since "$start") s"
}

seconds_since() { awk -v start="$1" -v now="$EPOCHREALTIME" 'BEGIN { printf "%.1f", now - start }'; }

expect_code() { [[ $code -eq $2 ]] || fail "$1: exit code $code, expected $2"; }
expect_text() { grep -q -e "$2" "$work/$1" || fail "$1: no '$2'"; }
expect_no_text() { ! grep -q -e "$2" "$work/$1" || fail "$1: '$2'"; }

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >"$work/wait.log" 2>&1; do
    ((SECONDS < end)) || fail "waited too long for: $*"
    sleep 0.05
  done
}

gone() { [[ ! -d /proc/$1 ]]; }

# ended NAME PID: waits for a background command, which must end within 15 s; sets `code`.
ended() {
  local start=$EPOCHREALTIME
  code=0
  wait_for 15 gone "$2"
  wait "$2" || code=$?
  echo "$1: exit code $code after $(seconds_since "$start") s"
}
