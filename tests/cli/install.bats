#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is installed works where it is put, with the files installed beside it.

load ../limit

setup() {
    DIR=$(mktemp -d)
}

teardown() {
    rm -rf "$DIR"
}

@test "an installed program uses its own suites and plots, also after a move" {
    cmake --install "$(dirname "$CONTEND")" --prefix "$DIR/prefix" >/dev/null
    mv "$DIR/prefix" "$DIR/moved"
    sed -i 's/"name": "quick"/"name": "mine"/' "$DIR/moved/share/contend/bench/suites/quick.json"
    run "$DIR/moved/bin/contend" list suites
    [[ "$output" == *"  mine "* && "$output" != *"  quick "* ]]
    "$DIR/moved/bin/contend" run --workload sleep --set time=1ms --units 8 --tasks 4 --models serial,async --concurrency 1,2 \
        --blocks 6 --quiet --out "$DIR/run" >/dev/null
    "$DIR/moved/bin/contend" plot "$DIR/run" --format svg | grep -q figures
}
