#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each layering rule catches a sample that breaks it, and passes one that doesn't.

setup() {
    DIR=$(mktemp -d)
    mkdir -p "$DIR/bench/cpu" "$DIR/harness/model" "$DIR/harness/report" "$DIR/tests"
    printf '/* SPDX-License-Identifier: MIT */\n' >"$DIR/bench/cpu/x.c"
}

teardown() {
    rm -rf "$DIR"
}

caught() { # FILE LINE
    printf '/* SPDX-License-Identifier: MIT */\n%s\n' "$2" >"$DIR/$1"
    ! "$CONTEND_ROOT/tests/layers" "$DIR"
}

@test "a clean tree passes" {
    run "$CONTEND_ROOT/tests/layers" "$DIR"
    [ "$status" -eq 0 ]
}

@test "each rule catches its sample" {
    caught bench/cpu/x.c '#include "harness/plan/plan.h"'
    caught bench/cpu/x.c '#include <uv.h>'
    caught bench/cpu/x.c 'clock_gettime(0, 0);'
    caught bench/cpu/x.c 'if (!strcmp(model, "threads-gil"))'
    printf '/* SPDX-License-Identifier: MIT */\n' >"$DIR/bench/cpu/x.c"
    caught harness/model/a.c '#include <hwloc.h>'
    caught harness/model/a.c '#include <cjson/cJSON.h>'
    caught harness/model/a.c 'exit(1);'
    caught harness/model/a.c 'printf("x");'
    caught harness/model/a.c 'struct model model_x = {'
    caught harness/model/a.c 'open("/proc/thread-self/sched");'
    rm "$DIR/harness/model/a.c"
    caught harness/report/r.c '#include "harness/stats/order.h"'
}

@test "a file without a licence line is caught" {
    echo 'int x;' >"$DIR/bench/cpu/x.c"
    ! "$CONTEND_ROOT/tests/layers" "$DIR"
}
