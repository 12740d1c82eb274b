#!/usr/bin/env bash
# A process that is continued too late ends before it does anything else; in time, nothing happens.
# shellcheck source-path=SCRIPTDIR source=fault_watchdog_lib.sh
source "$(dirname "$0")/fault_watchdog_lib.sh"

# One rank alone, stopped for longer than the deadline and continued: it ends before it does anything else.
begin writing+alone "$program"
wait_for 30 test -s "$folder/ready"
kill -STOP "$launcher"
sleep $((deadline + 1))
size=$(stat -c %s "$folder/work-0")
kill -CONT "$launcher"
ended writing+alone "$launcher"
expect_code writing+alone 5
[[ $(stat -c %s "$folder/work-0") -eq $size ]] || fail "a process that was continued too late wrote something"

# Stopped and continued in time, nothing happens.
begin well+paused "$mpirun" -n 2 "$program"
wait_for 30 test -s "$folder/pid-1"
kill -STOP "$(cat "$folder/pid-1")"
sleep 1
kill -CONT "$(cat "$folder/pid-1")"
ended well+paused "$launcher"
expect_code well+paused 0
