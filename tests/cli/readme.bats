#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the README says of the program is so.

setup() {
    README=$CONTEND_ROOT/README.md
    DIR=$(mktemp -d)
}

teardown() {
    rm -rf "$DIR"
}

@test "its table of workloads is what the program lists" {
    "$CONTEND_ROOT/tests/report/catalogue" "$CONTEND"
}

@test "a table that is out of date is seen, and brought up to date" {
    grep -v '^| `sleep`' "$README" >"$DIR/README.md"
    run "$CONTEND_ROOT/tests/report/catalogue" "$CONTEND" "$DIR/README.md"
    [ "$status" -eq 1 ]
    [[ "$output" == *'+| `sleep`'* ]]
    "$CONTEND_ROOT/tests/report/catalogue" --write "$CONTEND" "$DIR/README.md"
    cmp "$README" "$DIR/README.md"
}

@test "each option that it names is one" {
    local known="--help --write --install --prefix"
    for c in $("$CONTEND" --help | awk '/^  [a-z]/ {print $1}'); do
        known+=" $("$CONTEND" "$c" --help | grep -oE '^  --[a-z-]+' | tr -d '\n')"
    done
    grep -oE -e '`[^`]*`' -e '^    .*' "$README" | grep -oE -- '--[a-z][a-z-]+' | sort -u >"$DIR/named"
    [ "$(wc -l <"$DIR/named")" -gt 10 ]
    while read -r option; do
        [[ " $known " == *" $option "* ]] || { echo "$option is no option"; return 1; }
    done <"$DIR/named"
}

@test "each command has a row, and each row is a command" {
    for c in $("$CONTEND" --help | awk '/^  [a-z]/ {print $1}'); do
        grep -q "^| \`contend $c" "$README" || { echo "$c has no row"; return 1; }
    done
    for c in $(sed -n 's/^| `contend \([a-z]*\).*/\1/p' "$README"); do
        "$CONTEND" "$c" --help >/dev/null
    done
}

@test "the kinds of list that it names are all there are" {
    "$CONTEND" list --help | grep -oE '\[workloads[a-z|]*\]' >"$DIR/usage"
    kinds=$(tr -d '[]' <"$DIR/usage" | sed 's/|/\\|/g')
    grep -qF "\`contend list [$kinds]\`" "$README"
}

@test "files and links that it names are there" {
    for f in $(grep -oE '\]\([^)#]+\)' "$README" | tr -d '])('); do
        [ -e "$CONTEND_ROOT/$f" ] || { echo "$f is not there"; return 1; }
    done
}
