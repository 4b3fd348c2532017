#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each layering rule catches a sample that breaks it, and passes one that doesn't.

setup() {
    DIR=$(mktemp -d)
    mkdir -p "$DIR/bench/cpu" "$DIR/harness/engine" "$DIR/harness/model" "$DIR/harness/report" "$DIR/tests"
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
    caught bench/cpu/x.c 'if (!strcmp(model, "fibers"))'
    printf '/* SPDX-License-Identifier: MIT */\n' >"$DIR/bench/cpu/x.c"
    caught harness/model/a.c '#include <hwloc.h>'
    caught harness/model/a.c '#include <cjson/cJSON.h>'
    caught harness/model/a.c 'cJSON_Parse(text);'
    caught harness/model/a.c 'exit(1);'
    caught harness/model/a.c 'printf("x");'
    caught harness/model/a.c 'struct model model_x = {'
    caught harness/model/a.c 'open("/proc/thread-self/sched");'
    rm "$DIR/harness/model/a.c"
    caught harness/engine/e.c 'puts("x");'
    rm "$DIR/harness/engine/e.c"
    caught harness/report/r.c '#include "harness/stats/order.h"'
}

@test "no layer includes from one that is built on it: every pair" {
    layers=(base stats measure record machine engine model service trial plan insight report command)
    for ((i = 0; i < ${#layers[@]}; i++)); do
        for ((j = 0; j < ${#layers[@]}; j++)); do
            low=${layers[i]} high=${layers[j]}
            mkdir -p "$DIR/harness/$low"
            printf '/* SPDX-License-Identifier: MIT */\n#include "harness/%s/x.h"\n' "$high" >"$DIR/harness/$low/x.c"
            run "$CONTEND_ROOT/tests/layers" "$DIR"
            if [ "$i" -lt "$j" ]; then
                [ "$status" -ne 0 ]
                [[ "$output" == *"$low includes from $high"*"harness/$low/x.c:2"* ]]
            elif [ "$i" -eq "$j" ] || [ "$low $high" = "trial model" ] || [ "$low $high" = "command report" ]; then
                [ "$status" -eq 0 ]
            fi
            rm -r "$DIR/harness/$low"
        done
    done
}

@test "a layer that no stage names, and includes by another path than from the root, are caught" {
    mkdir "$DIR/harness/extra"
    run "$CONTEND_ROOT/tests/layers" "$DIR"
    [ "$status" -ne 0 ]
    rmdir "$DIR/harness/extra"
    mkdir "$DIR/harness/plan"
    caught harness/plan/x.c '#include "../report/report.h"'
    caught harness/plan/x.c '#include "sweep.h"'
    mkdir "$DIR/harness/stats"
    rm "$DIR/harness/plan/x.c"
    caught harness/stats/x.c '#include "harness/record/record.h"'
    rm "$DIR/harness/stats/x.c"
    mkdir "$DIR/harness/base"
    caught harness/base/x.c '#include "bench/workload.h"'
}

@test "a file without a licence line is caught" {
    echo 'int x;' >"$DIR/bench/cpu/x.c"
    ! "$CONTEND_ROOT/tests/layers" "$DIR"
}
