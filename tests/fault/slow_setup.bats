#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is set up before a run counts in how long the run is expected to take, for every model. Only lower bounds of time
# are asserted.

load common

setup_file() {
    install_contend
}

setup() {
    scratch_setup
}

teardown() {
    scratch_teardown
}

@test "--dry-run counts what all tasks set up, also of serial, whose pilots have one task" {
    plugin "$CONTEND_ROOT/tests/fault/plugins/slow.c" slow.so
    run_it() { "$INSTALLED" run --plugin ./slow.so --workload slow-setup --models serial,threads,processes --concurrency 4 --trial 1ms "$@"; }
    run_it --dry-run --quiet >plan
    for model in serial threads processes; do # 4 tasks of 60 ms
        ms=$(sed -n "s/^slow-setup $model .* about \([0-9]*\) ms\$/\1/p" plan)
        echo "$model: $ms ms" >&2
        [ "$ms" -ge 240 ]
    done
    # Three models need 7 blocks, of 720 ms at least; two, 6 of 480 ms.
    run_it --time 3s --dry-run >plan 2>said
    grep -qE '^3 cells, 1 skipped, [67] blocks: 1[24] trials' plan
    grep -qE 'so about 6 are measured and 1 cell is left out: slow-setup under (threads|processes) with 4 in flight on 1' said
}
