#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# report: a run, or a comparison of two, as one HTML file.

load ../limit
load made_runs

setup() {
    DIR=$(mktemp -d)
    cd "$DIR" || exit 1
    export TMPDIR=$DIR
    HTML=$CONTEND_ROOT/tests/report/html
}

teardown() {
    cd / && rm -rf "$DIR"
}

# Two values of the concurrency, so that there is a figure.
sweep() { # OUT
    "$CONTEND" run --workload sleep --set time=1ms --units 8 --tasks 4 --models serial,threads,async --concurrency 1,2 \
        --blocks 6 --quiet --out "$1" >"$1.out"
}

@test "a run ends with the path of its report, and report makes the same bytes again" {
    sweep one
    [ "$(tail -n 1 one.out)" = one/report.html ]
    "$HTML" one/report.html
    cp one/report.html first.html
    run "$CONTEND" report one
    [ "$status" -eq 0 ]
    [ "$output" = one/report.html ]
    cmp first.html one/report.html
    "$CONTEND" report one --out - | cmp - first.html
    run "$CONTEND" report one --out other.html
    [ "$output" = other.html ]
    cmp first.html other.html
    [ "$(find . -name '*.tmp' | wc -l)" -eq 0 ]
    grep -q 'contend run --workload sleep --set time=1ms' first.html
    grep -q '<figure' first.html
    for figure in one/figures/*.svg; do # by its name, in the list and in its caption
        name=$(basename "$figure" .svg)
        [ "$(grep -o "<code>$name</code>" first.html | wc -l)" -eq 2 ]
    done
    for model in serial threads async; do
        grep -q "<code>sleep time=1ms $model o1 w. c. batch compact</code>" first.html
    done
}

@test "who pipes it and stops reading is no error of the file" {
    small one
    "$CONTEND" report one --out - | head -n 1 | grep -qx '<!DOCTYPE html>'
}

@test "errors are one line that says what, and leave nothing behind" {
    small one
    rm -f one/report.html
    wrong() { # CODE TEXT ARGUMENTS...
        run "$CONTEND" report "${@:3}"
        echo "$output"
        [ "$status" -eq "$1" ]
        [ "${#lines[@]}" -eq 1 ]
        [[ "$output" == *"$2"* ]]
        [ ! -e one/report.html ]
    }
    wrong 2 "expected one run's directory, or those of two"
    wrong 2 "expected one run's directory, or those of two" one one one
    wrong 2 "--floor is for two runs" one --floor f
    wrong 2 "--equiv is for two runs" one --equiv 1%
    wrong 2 "unknown option '--outt'" one --outt x
    wrong 1 "none/trials.jsonl" none
    wrong 1 "no/such/place.html can't be written" one --out no/such/place.html
    mkdir there
    wrong 1 "there can't be written" one --out there
    wrong 1 "none/trials.jsonl" one none
    [ "$(find . -name '*.tmp' | wc -l)" -eq 0 ]
}

@test "no room: one clear line, and the report from before is still there" {
    small one
    cp one/report.html before.html
    printf 'old' >old.html
    run bash -c 'ulimit -f 2; "$1" report one --out old.html' - "$CONTEND"
    echo "$output"
    [ "$status" -eq 1 ]
    [[ "$output" == *"old.html can't be written"* ]]
    [ "$(cat old.html)" = old ]
    run "$CONTEND" report one --out /dev/full
    [ "$status" -eq 1 ]
    [[ "$output" == *"/dev/full can't be written"*"No space left"* ]]
    [ -c /dev/full ]
    run bash -c '"$1" report one --out - >/dev/full' - "$CONTEND"
    [ "$status" -eq 1 ]
    [[ "$output" == *"standard output can't be written"* ]]
    cmp before.html one/report.html
    [ ! -e old.html.tmp ] && [ ! -e /dev/full.tmp ]
}

@test "a pipe that has a name is written to, not replaced" {
    small one
    mkfifo pipe
    cat pipe >got.html &
    "$CONTEND" report one --out pipe
    wait $!
    [ -p pipe ]
    "$CONTEND" report one --out - | cmp - got.html
}

@test "without gnuplot the report is whole, and says that it has no figures" {
    sweep one
    mkdir bin
    run env PATH="$DIR/bin" "$CONTEND" report one --out bare.html
    [ "$status" -eq 0 ]
    [[ "$output" == *gnuplot-nox* ]]
    "$HTML" bare.html
    grep -q 'gnuplot is not installed' bare.html
    ! grep -q '<figure' bare.html
}

@test "a run that was cut short, without its environment, or with void work has a report that says so" {
    small one
    cp -r one cut && head -n 4 one/trials.jsonl >cut/trials.jsonl
    rm -f cut/environment*.json
    run "$CONTEND" report cut
    [ "$status" -eq 0 ]
    "$HTML" cut/report.html
    grep -q 'incomplete' cut/report.html
    grep -q 'a machine that was not recorded' cut/report.html
    cp -r one void && edit void 'lines[1]["checksum"] = "0x0000000000000001"'
    run "$CONTEND" report void
    [ "$status" -eq 6 ]
    "$HTML" void/report.html
    grep -q 'work differs' void/report.html
    cp -r one old && edit old 'lines[0].pop("command")'
    "$CONTEND" report old
    grep -q 'does not say which command made it' old/report.html
}

@test "names that were made to be markup, of a suite, a file, a machine and a directory, are text" {
    evil='"><img src=x onerror=window.evil=1>'
    mkdir "$evil"
    printf 'some words\n' >"$evil/'\`id\`.txt"
    /usr/bin/python3 - "$evil" <<'P'
import json, sys
json.dump({"schema": "contend/suite/1", "name": "evil", "blocks": 6, "runs": [
    {"workload": "file-scan", "set": {"dir": sys.argv[1]}, "models": ["serial", "threads"], "concurrency": [1, 2], "units": 8, "tasks": 4}]},
    open("evil.json", "w"))
P
    out="run <b onclick=x>&'"
    "$CONTEND" run ./evil.json --quiet --out "$out" >tables || { cat tables; false; }
    edit "$out" '
for k, v in env["start"].items():
    if isinstance(v, dict) and isinstance(v.get("value"), str) and not k.startswith("build."):
        v["value"] = "<b onclick=evil()>\u202e\x1b[31m" + v["value"]
lines[0]["command"] = "contend run <i>"
lines[0]["name"] = "<script>window.evil=1</script>"
lines[1]["status"], lines[1]["reason"] = "failed", "</td></table><script>evil()</script>"'
    "$CONTEND" report "$out" >path
    "$HTML" "$out/report.html"
    grep -q '&lt;script&gt;window.evil=1&lt;/script&gt;' "$out/report.html"
    run grep -cE '<(script|img|b|i)[ >]' "$out/report.html"
    [ "$output" = 1 ] # the page's own
    run bash -c 'LC_ALL=C grep -c $'"'\x1b'"' "$1"' - "$out/report.html"
    [ "$output" = 0 ]
    mkdir $'c\x1b[31m\n' && cp -r "$out/." $'c\x1b[31m\n'
    run "$CONTEND" report $'c\x1b[31m\n'
    [ "${#lines[@]}" -eq 1 ]
    [[ "$output" != *$'\x1b'* ]]
    eval "path=$output" # as a shell reads it
    [ "$path" -ef $'c\x1b[31m\n/report.html' ]
    rm -rf figures
    "$CONTEND" plot $'c\x1b[31m\n' --format svg >said # gnuplot has no word for such a name
    [ "$(find . -path './c*/figures/*.svg' | wc -l)" -ge 2 ]
    run "$CONTEND" show $'c\x1b[31m\n'
    [[ "$output" != *$'\x1b'* && "$output" == *"contend plot \$'c\\x1b[31m\\x0a'"* ]]
}

@test "two runs: what became faster or slower, in B's directory; of a live comparison in its own" {
    small one
    known one 1
    again two
    known two 1.5
    run "$CONTEND" report one two
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$output" = two/comparison.html ]
    "$HTML" two/comparison.html
    grep -q 'class="badge bad">slower' two/comparison.html || grep -q '>inconclusive<' two/comparison.html
    [ -e two/summary.json ]
    "$CONTEND" report one two --out - --equiv 1% | grep -q 'within ±1 %'
    cp -r one debug && edit debug 'build("type", "Debug")'
    run "$CONTEND" report one debug
    [ "$status" -eq 1 ]
    [ ! -e debug/comparison.html ]
}
