#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# One more kind of op is one row. What must do it is named by the compiler, and nothing else has to know: see also
# test_ops_newer, a program that has the row.

setup() {
    cd "$CONTEND_ROOT" || exit 1
    OUT=$(mktemp -d)
}

teardown() {
    rm -rf "$OUT"
}

compiles() { # FILE: with the row of the kind "zap", as the tree is built
    cc -std=c11 -D_GNU_SOURCE -I. -DCONTEND_EXTRA_OPS='"tests/unit/newer_ops.def"' -O0 -Wall -Wextra -Werror=switch -c -o "$OUT/x.o" "$1" \
        2>"$OUT/errors"
}

@test "a new kind of op: the compiler names blocking and looping waits, and no other file" {
    mapfile -t files < <(grep -lE '\bOP_[A-Z]+\b' bench/*.c bench/*/*.c harness/*/*.c)
    [ "${#files[@]}" -gt 20 ]
    named=()
    for f in "${files[@]}"; do
        compiles "$f" && continue
        cat "$OUT/errors"
        grep -q "error: enumeration value .OP_ZAP. not handled in switch" "$OUT/errors"
        [ "$(grep -c 'error:' "$OUT/errors")" -eq 1 ]
        named+=("$f")
    done
    [ "${named[*]}" = "harness/engine/blocking.c harness/engine/loop.c" ]
}

@test "no switch over kinds of op acts by default, and one table is in their order" {
    run grep -nE 'default:' harness/engine/blocking.c harness/engine/loop.c
    [ "$status" -eq 1 ]
    run grep -rlE '\[OP_KINDS\] *= *\{' bench harness --include='*.[ch]' # ops.def's own
    [ "$output" = bench/ops.c ]
}
