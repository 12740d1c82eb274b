#!/usr/bin/env bash
# Two runs in one folder: the second is refused and told by whom. A killed owner is replaced, with the next epoch. A stop request ends a run in order.
# shellcheck source-path=SCRIPTDIR source=fault_lib.sh
source "$(dirname "$0")/fault_lib.sh"
mpirun=$1 program=$2
folder=$work/run

# hold NAME EPOCH COMMAND...: starts an owner in the background; sets `owner`.
hold() {
  local name=$1 epoch=$2
  shift 2
  "$@" "$folder" hold >"$work/$name.out" 2>"$work/$name.err" &
  owner=$!
  wait_for 30 grep -qx "epoch $epoch" "$work/$name.out"
}

hold first 1 "$program"
run second 15 "$program" "$folder" once
expect_code second 73
expect_text second.err "pid $owner on host"
expect_text second.err "$folder"

kill -9 "$owner"
ended first "$owner"
expect_code first 137
run third 15 "$program" "$folder" once
expect_code third 0
expect_text third.out 'epoch 2'
expect_text third.err "took over .*pid $owner"

hold ranks 3 "$mpirun" -n 3 "$program"
run refused 30 "$mpirun" -n 2 "$program" "$folder" once
expect_code refused 73
[[ $(grep -c 'belongs to another run' "$work/refused.err") -eq 1 ]] || fail "a refusal is printed once"
kill -9 "$(sed -n 's/.*"pid": \([0-9]*\).*/\1/p' "$folder/owner-3.json")"
ended ranks "$owner"
[[ $code -ne 0 ]] || fail "a killed rank ended the world with 0"
run next 30 "$mpirun" -n 2 "$program" "$folder" once
expect_code next 0
expect_text next.out 'epoch 4'

hold signalled 5 "$mpirun" -n 2 "$program"
kill -USR1 "$owner"
ended signalled "$owner"
expect_code signalled 75
expect_text signalled.err 'stopped on request'

# TERM ends a process at once, and nothing stands in the way of the next.
hold terminated 6 "$program"
kill -TERM "$owner"
ended terminated "$owner"
expect_code terminated 143

hold asked 7 "$mpirun" -n 2 "$program"
touch "$folder/stop"
ended asked "$owner"
expect_code asked 75
