#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The short version of tests/nightly/kill: any process of a run killed at random moments, and the run resumed until it is whole.

load common

@test "processes of all kinds killed at random moments: nothing left, the journal whole, resumed it completes" {
    [ -e "/proc/$$/task/$$/children" ] || skip "the kernel tells no children: no CONFIG_PROC_CHILDREN"
    run "$CONTEND_ROOT/tests/nightly/kill" "$CONTEND" --kills 6
    echo "$output"
    [ "$status" -eq 0 ]
    [[ "$output" == "6 kills in "*"; 0 failures" ]]
}
