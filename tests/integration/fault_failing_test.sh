#!/usr/bin/env bash
# An MPI test that fails on one rank ends at once, non-zero, with the failing rank's output.
# shellcheck source-path=SCRIPTDIR source=fault_lib.sh
source "$(dirname "$0")/fault_lib.sh"
mpirun=$1 program=$2

run passes 30 "$mpirun" -n 3 "$program" passes
expect_code passes 0

run fails 15 "$mpirun" -n 3 "$program" fails
expect_code fails 86
expect_text fails.err "\[rank 2\] test case 'fails' failed"
expect_text fails.err 'a deliberate failure'

run throws 15 "$mpirun" -n 3 "$program" throws
expect_code throws 86
expect_text throws.err 'a deliberate exception'

run everywhere 15 "$mpirun" -n 3 "$program" 'fails everywhere'
[[ $code -ne 0 ]] || fail "a test that fails on all ranks ended with 0"

run alone 15 "$program" fails
[[ $code -ne 0 ]] || fail "a failing test without mpirun ended with 0"
