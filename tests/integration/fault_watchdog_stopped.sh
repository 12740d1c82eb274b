#!/usr/bin/env bash
# A rank that is stopped holds up the others: the watchdog names it and its phase within the deadline and 2 s and ends the run with exit
# code 5. No process is left, and the stopped one writes nothing more.
# shellcheck source-path=SCRIPTDIR source=fault_watchdog_lib.sh
source "$(dirname "$0")/fault_watchdog_lib.sh"

begin well "$mpirun" -n 3 "$program"
ended well "$launcher"
expect_code well 0
compgen -G "$folder/watchdog*" && fail "a run that goes well leaves nothing of the watchdog"

stopped data 2 'rank 1 on host .* did not enter all-reduce .* of step 3 (phase data of step 3 for .*, its process is stopped)'
stopped save 3 'rank 1 on host .* did not enter barrier .* of step 3 (phase save of step 3 for .*, its process is stopped)'
stopped collective 3 'rank 1 on host .* all-reduce .* of step 3 (phase collective of step 3 for .*, its process is stopped)'
stopped start-up 2 'rank 1 on host .* did not enter barrier #1 .*(phase start-up .*, its process is stopped)'
stopped writing 2 'rank 1 on host .* (phase data of step 3 for .*, its process is stopped)'

# Each rank on a node of its own: what they know of each other comes from files.
nodes=(1)
stopped data+nodes 3 'rank 1 on host .* did not enter all-reduce .* of step 3 (phase data of step 3 for .*, no sign of life'
