#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the pages of this repository say of the program is so.

setup() {
    cd "$CONTEND_ROOT" || exit 1
    README=$CONTEND_ROOT/README.md
    BENCH=$CONTEND_ROOT/bench/README.md
    PAGES=("$README" "$BENCH" "$CONTEND_ROOT"/{harness,results,results/samples,plots,bench/template}/README.md "$CONTEND_ROOT/results/EXPORT.md")
    DIR=$(mktemp -d)
}

teardown() {
    rm -rf "$DIR"
}

@test "the table of workloads is what the program lists" {
    "$CONTEND_ROOT/tests/report/catalogue" "$CONTEND"
}

@test "a table that is out of date is seen, and brought up to date" {
    grep -v '^| `sleep`' "$BENCH" >"$DIR/README.md"
    run "$CONTEND_ROOT/tests/report/catalogue" "$CONTEND" "$DIR/README.md"
    [ "$status" -eq 1 ]
    [[ "$output" == *'+| `sleep`'* ]]
    "$CONTEND_ROOT/tests/report/catalogue" --write "$CONTEND" "$DIR/README.md"
    cmp "$BENCH" "$DIR/README.md"
}

@test "each option that they name is one" {
    local known="--help --write --install --prefix --benchmark --export-json --decompress --stdout" # the last four are those of other programs
    for c in $("$CONTEND" --help | awk '/^  [a-z]/ {print $1}'); do
        known+=" $("$CONTEND" "$c" --help | grep -oE '^  --[a-z-]+' | tr -d '\n')"
    done
    grep -ohE -e '`[^`]*`' -e '^    .*' "${PAGES[@]}" | grep -oE -- '--[a-z][a-z-]+' | sort -u >"$DIR/named"
    [ "$(wc -l <"$DIR/named")" -gt 10 ]
    while read -r option; do
        [[ " $known " == *" $option "* ]] || { echo "$option is no option"; return 1; }
    done <"$DIR/named"
}

@test "each command has a row in the first page, and each row is a command" {
    for c in $("$CONTEND" --help | awk '/^  [a-z]/ {print $1}'); do
        grep -q "^| \`contend $c" "$README" || { echo "$c has no row"; return 1; }
    done
    for c in $(sed -n 's/^| `contend \([a-z]*\).*/\1/p' "$README"); do
        "$CONTEND" "$c" --help >/dev/null
    done
}

@test "the kinds of list that the first page names are all there are" {
    "$CONTEND" list --help | grep -oE '\[workloads[a-z|]*\]' >"$DIR/usage"
    kinds=$(tr -d '[]' <"$DIR/usage" | sed 's/|/\\|/g')
    grep -qF "\`contend list [$kinds]\`" "$README"
}

@test "the first page stays short: at most 150 lines of at most 120 characters" {
    /usr/bin/python3 -c 'import sys
lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
sys.exit("\n".join(f"{len(lines)} lines: {l}" for l in lines if len(l) > 120 or len(lines) > 150) or 0)' "$README"
}

@test "files and headings that they link to are there" {
    find . -name '*.md' -not -path './build*/*' -not -path './runs/*' -print0 | xargs -0 tests/report/links
}

@test "a link to a file or a heading that is not there is seen" {
    printf '# A page\n\nSee [this](#a-page), [that](page.md#none) and [another](nowhere.md).\n' >"$DIR/page.md"
    run tests/report/links "$DIR/page.md"
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 2 ]
    [[ "${lines[0]}" == *"page.md:3: page.md#none" && "${lines[1]}" == *"page.md:3: nowhere.md" ]]
}

@test "each function that the walk of one cell names is one" {
    sed -n '/^## The walk/,/^## Models/p' harness/README.md | grep -oE '`[a-z_]+`' | tr -d '`' | sort -u >"$DIR/named"
    [ "$(wc -l <"$DIR/named")" -gt 30 ]
    while read -r name; do
        grep -rqwE --include='*.[ch]' -- "$name" harness bench || { echo "$name is nowhere"; return 1; }
    done <"$DIR/named"
}

# The commands `contend run …` that they show, one a line: indented by four, a \ at the end joins the next line.
shown_runs() {
    cat "${PAGES[@]}" | sed -n 's/^    //p' | sed -e ':a' -e '/\\$/{N;s/\\\n *//;ba' -e '}' |
        sed -n 's/ *#.*//; s/^contend run //p' | sort -u
}

@test "each run that they show can be planned" {
    cd "$DIR"
    shown_runs | grep -v -- --plugin >runs
    [ "$(wc -l <runs)" -ge 8 ]
    while read -r arguments; do
        "$CONTEND" run $arguments --dry-run >plan 2>errors </dev/null || { echo "$arguments: $(cat errors)"; return 1; }
        grep -qE '^[1-9][0-9]* cells?' plan
    done <runs
    grep -q 'compute=370000 .*--models threads,' runs # whole, though it stands on two lines
}

@test "a run that they show and that is none is seen" {
    cd "$DIR"
    sed 's/--set freed=own,other/--set freed=nobody/' "$BENCH" >README.md
    PAGES=("$DIR/README.md")
    shown_runs | grep nobody >runs
    run "$CONTEND" run $(cat runs) --dry-run
    [ "$status" -eq 2 ]
}

@test "the suite file that they show is one" {
    cd "$DIR"
    sed -n '/^    {$/,/^    }$/p' "$BENCH" >suite.json
    [ "$(wc -l <suite.json)" -ge 9 ]
    run "$CONTEND" run ./suite.json --dry-run
    [ "$status" -eq 0 ]
    [[ "$output" == *"16 cells, 0 skipped, 10 blocks"* ]]
}
