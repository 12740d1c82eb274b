#!/usr/bin/env bash
# Ranks that run and hang all the same: in a phase, before the watchdog's start, because one left, or because they do not make the same
# collectives.
# shellcheck source-path=SCRIPTDIR source=fault_watchdog_lib.sh
source "$(dirname "$0")/fault_watchdog_lib.sh"

# It hangs by itself: nothing was stopped.
begin data+alive "$mpirun" -n 2 "$program"
judged data+alive 'rank 1 on host .* did not enter all-reduce .* of step 3 (phase data of step 3 for [0-9.]* s)'

begin leave "$mpirun" -n 2 "$program"
judged leave 'rank 1 on host .* did not enter all-reduce .* of step 4 (.*, it left the run)'

begin before "$mpirun" -n 2 "$program"
judged before 'not all ranks reached the start of the watchdog in 2 s; rank 0 on host'

# The ranks do not make the same collectives.
begin size "$mpirun" -n 3 "$program"
judged size 'rank 1 on host .* entered all-reduce (sum, 3600000 bytes of f32) .* where rank 0 entered all-reduce (sum, 4000000 bytes of f32)'
begin operation "$mpirun" -n 3 "$program"
judged operation 'rank 1 on host .* entered broadcast (4000000 bytes of f32 from rank 0) .* where rank 0 entered all-reduce (sum,'
begin skip "$mpirun" -n 3 "$program"
judged skip 'rank 1 on host .* entered started all-reduce .* of step 3 where rank 0 entered all-reduce .* of step 3'
