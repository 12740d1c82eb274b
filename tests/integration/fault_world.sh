#!/usr/bin/env bash
# A rank that throws, or is killed, ends the world in seconds, with its rank, its reason and an exit code.
# shellcheck source-path=SCRIPTDIR source=fault_lib.sh
source "$(dirname "$0")/fault_lib.sh"
mpirun=$1 program=$2

run well 30 "$mpirun" -n 3 "$program" well
expect_code well 0

run throw 15 "$mpirun" -n 3 "$program" throw
expect_code throw 4
expect_text throw.err '\[rank 1\] no space left (on purpose)'

run unguarded 15 "$mpirun" -n 3 "$program" unguarded
[[ $code -ne 0 ]] || fail "an exception out of the session ended with 0"
expect_text unguarded.err 'rank 1: an exception that nobody guards'

run agree 15 "$mpirun" -n 3 "$program" agree
expect_code agree 4
expect_text agree.err 'rank 1: no space left (on purpose)'
expect_no_text agree.err 'MPI_ABORT'
[[ $(grep -c 'no space left' "$work/agree.err") -eq 1 ]] || fail "an agreed error is printed once"

# A rank is killed while the others work with it.
mkdir "$work/pids"
"$mpirun" -n 3 "$program" work "$work/pids" >"$work/killed.out" 2>"$work/killed.err" &
launcher=$!
wait_for 30 test -s "$work/pids/0" -a -s "$work/pids/1" -a -s "$work/pids/2"
kill -9 "$(cat "$work/pids/1")"
ended killed "$launcher"
[[ $code -ne 0 ]] || fail "a killed rank ended the world with 0"
expect_text killed.err 'rank 1 .*signal 9'
for rank in 0 2; do
  wait_for 15 gone "$(cat "$work/pids/$rank")"
done
