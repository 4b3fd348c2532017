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

# The commands `contend run …` that it shows, one a line: indented by four, a \ at the end joins the next line.
shown_runs() {
    sed -n 's/^    //p' "$README" | sed -e ':a' -e '/\\$/{N;s/\\\n *//;ba' -e '}' | sed -n 's/ *#.*//; s/^contend run //p'
}

@test "each run that it shows can be planned" {
    cd "$DIR"
    shown_runs | grep -v -- --plugin >runs
    [ "$(wc -l <runs)" -ge 8 ]
    while read -r arguments; do
        "$CONTEND" run $arguments --dry-run >plan 2>errors </dev/null || { echo "$arguments: $(cat errors)"; return 1; }
        grep -qE '^[1-9][0-9]* cells?' plan
    done <runs
    grep -q 'compute=370000 .*--models threads,' runs # whole, though it stands on two lines
}

@test "a run that it shows and that is none is seen" {
    cd "$DIR"
    sed 's/--set freed=own,other/--set freed=nobody/' "$README" >README.md
    README=$DIR/README.md
    shown_runs | grep nobody >runs
    run "$CONTEND" run $(cat runs) --dry-run
    [ "$status" -eq 2 ]
}

@test "its suite file is one" {
    cd "$DIR"
    sed -n '/^    {$/,/^    }$/p' "$README" >suite.json
    [ "$(wc -l <suite.json)" -ge 9 ]
    run "$CONTEND" run ./suite.json --dry-run
    [ "$status" -eq 0 ]
    [[ "$output" == *"16 cells, 0 skipped, 10 blocks"* ]]
}
