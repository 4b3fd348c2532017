#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# doctor --history: what runs leave of themselves, and what becomes of it over time.

load ../limit

setup() {
    DIR=$(mktemp -d)
    cd "$DIR" || exit 1
    export CONTEND_STATE=$BATS_TEST_TMPDIR/kept
}

teardown() {
    chmod -R u+w "$BATS_TEST_TMPDIR" 2>/dev/null || true
    cd / && rm -rf "$DIR"
}

tiny() { # ARGS...
    "$CONTEND" run --workload sleep --set time=1ms --models serial,threads --concurrency 2 --units 4 --tasks 2 --blocks 2 "$@"
}

# A line of a run: at that time, of that name, on such a machine, with such a cost of loads.
line() { # WHEN NAME KERNEL HOST BOOT LOADS
    printf '{"schema":"contend/history/1","when":"%s","name":"%s","blocks":10,"machine":{"cpu":"A Processor","kernel":"%s","host":"%s","boot":"%s"},' "${@:1:5}"
    printf '"canaries_ns":{"chain":250000,"independent":61000,"stores":20000,"loads":%s,"syscall":9000,"page-fault":null,"page-fault_unavailable":"no trial has it"}}\n' "$6"
}

kept() { # LINES on standard input
    mkdir -p "$CONTEND_STATE"
    cat >"$CONTEND_STATE/history.jsonl"
}

@test "a run appends one line, with its costs and the machine; a dry run, a comparison and one that was resumed whole none" {
    tiny --quiet --out one >/dev/null 2>said
    [ ! -s said ]
    tiny --dry-run --quiet >/dev/null
    "$CONTEND" run --resume one --quiet >/dev/null
    "$CONTEND" compare --live "$CONTEND" "$CONTEND" --workload sleep --models serial --units 4 --blocks 2 --quiet --out live >/dev/null || [ $? -le 4 ]
    [ "$(wc -l <"$CONTEND_STATE/history.jsonl")" -eq 1 ]
    /usr/bin/python3 -c 'import json, os, statistics
line = json.load(open(os.environ["CONTEND_STATE"] + "/history.jsonl"))
plan, *trials = map(json.loads, open("one/trials.jsonl"))
assert line["schema"] == "contend/history/1" and line["name"] == plan["name"] and line["blocks"] == 2, line
facts = json.load(open("one/environment.json"))["start"]
names = {"cpu": "cpu.model", "kernel": "kernel.release", "host": "host.id", "boot": "host.boot"}
assert all(line["machine"][k] == facts[v]["value"] for k, v in names.items()), line
for kind, ns in line["canaries_ns"].items():
    blocks = []
    for b in range(2):
        of = [c[w] for t in trials if t["block"] == b for k, c in t["canaries"].items() if k == kind for w in ("before_ns", "after_ns")]
        of = [x for x in of if x]
        blocks += [statistics.geometric_mean(of)] if of else []
    if kind.endswith("_unavailable"):
        continue
    assert ns is None or abs(ns / statistics.median(blocks) - 1) < 1e-6, (kind, ns, blocks)'
    tiny --quiet --out two >/dev/null
    [ "$(wc -l <"$CONTEND_STATE/history.jsonl")" -eq 2 ]
    "$CONTEND" doctor --history >told
    grep -q "^kept in $CONTEND_STATE: 0 floors, 2 runs$" told
    [ "$(grep -c ' run command-line ' told)" -eq 2 ]
    [ "$(awk 'NR > 1 { if (length($0) > 100) n++ } END { print n + 0 }' told)" -eq 0 ]
}

@test "a run that was cut short is kept when it was resumed and has ended, with what both measured" {
    tiny --quiet --out one >/dev/null
    rm "$CONTEND_STATE/history.jsonl"
    head -n 3 one/trials.jsonl >cut && mv cut one/trials.jsonl
    "$CONTEND" run --resume one --quiet >/dev/null
    [ "$(wc -l <"$CONTEND_STATE/history.jsonl")" -eq 1 ]
}

@test "where nothing can be kept the run is as without it, and one line says what and what to do" {
    echo file >"$BATS_TEST_TMPDIR/file"
    for state in "$BATS_TEST_TMPDIR/file/below" /proc/nowhere; do
        CONTEND_STATE=$state tiny --out "run${state//\//_}" >told 2>said
        [ "$(grep -c 'not kept' said)" -eq 1 ]
        grep -q "^contend: the run's costs are not kept for doctor --history: .*$state.*; set CONTEND_STATE to a writable directory, or to nothing to keep nothing$" said
        grep -q 'every trial, the machine' told
        CONTEND_STATE=$state tiny --quiet --out "quiet${state//\//_}" >told 2>said
        [ ! -s said ]
    done
    mkdir -p "$CONTEND_STATE/history.jsonl"
    tiny --out three >told 2>said
    grep -q "not kept for doctor --history: $CONTEND_STATE/history.jsonl can't be written: " said
    env -u CONTEND_STATE -u XDG_STATE_HOME -u HOME "$CONTEND" run --workload null --models serial --units 4 --blocks 1 --out four >told 2>said
    grep -q 'not kept for doctor --history: .*HOME is set; set CONTEND_STATE' said
}

@test "a full disk takes nothing from the run" {
    [ -c /dev/full ] || skip "there is no /dev/full"
    mkdir -p "$CONTEND_STATE"
    ln -s /dev/full "$CONTEND_STATE/history.jsonl"
    tiny --out one >told 2>said
    grep -q 'not kept for doctor --history: ' said
    grep -q '"complete": true' one/summary.json
}

@test "with an empty CONTEND_STATE nothing is kept, and nothing is said of it" {
    export HOME=$BATS_TEST_TMPDIR/home XDG_STATE_HOME=$BATS_TEST_TMPDIR/xdg
    mkdir "$HOME" "$XDG_STATE_HOME"
    CONTEND_STATE='' tiny --out one >told 2>said
    run grep -q 'kept' said
    [ "$status" -eq 1 ]
    [ -z "$(find "$HOME" "$XDG_STATE_HOME" -type f)" ]
    CONTEND_STATE='' run "$CONTEND" doctor --history
    [ "$status" -eq 0 ]
    [[ "$output" == "nothing is kept of this machine: CONTEND_STATE is empty"* ]]
    unset CONTEND_STATE
    tiny --quiet --out two >/dev/null
    [ -f "$XDG_STATE_HOME/contend/history.jsonl" ]
}

@test "where nothing is kept yet it says what keeps something, fast and without the usual checks" {
    run "$CONTEND" doctor --history
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ "$output" == "nothing is kept yet in $CONTEND_STATE: contend verify --long records a floor there, and any run its costs" ]]
    [ ! -e "$CONTEND_STATE" ] # looking makes nothing
    "$CONTEND" doctor --history --json | /usr/bin/python3 -c 'import json, sys
d = json.load(sys.stdin)
assert (d["floors"], d["runs"], d["entries"]) == (0, 0, []), d'
}

@test "in order of time it marks where the machine changed, and a cost that moved on the same one" {
    {
        line 2026-03-01T10:00:00.000000Z later 6.1.0-31 aaaa boot2 9400
        line 2026-01-01T10:00:00.000000Z first 6.1.0-28 aaaa boot1 9000
        line 2026-02-01T10:00:00.000000Z second 6.1.0-28 aaaa boot1 11070
        line 2026-04-01T10:00:00.000000Z elsewhere 6.1.0-31 bbbb boot3 100
    } | kept
    "$CONTEND" doctor --history >told 2>said
    [ ! -s said ]
    [ "$(grep -oE '^20[0-9-]* 10:00 run [a-z]+|^-- .*|^    .*' told)" = '2026-01-01 10:00 run first
2026-02-01 10:00 run second
    loads +23 % since the entry before on this machine
-- the kernel changed: 6.1.0-28 → 6.1.0-31; the boot changed: boot1 → boot2
2026-03-01 10:00 run later
-- the host changed: aaaa → bbbb; the boot changed: boot2 → boot3
2026-04-01 10:00 run elsewhere' ]
    grep -qE '^time \(UTC\) +what +chain independent +stores +loads +syscall page-fault$' told
    grep -qE '^2026-01-01 10:00 run first +250us +61.0us +20.0us +9.00us +9.00us +n/a$' told
    "$CONTEND" doctor --history --json | /usr/bin/python3 -c 'import json, sys
e = json.load(sys.stdin)["entries"]
assert [x["name"] for x in e] == ["first", "second", "later", "elsewhere"], e
assert [list(x["moved"]) for x in e] == [[], ["loads"], [], []], e
assert abs(e[1]["moved"]["loads"] - 0.23) < 1e-9, e
assert e[2]["changed"] == [{"what": "kernel", "from": "6.1.0-28", "to": "6.1.0-31"}, {"what": "boot", "from": "boot1", "to": "boot2"}], e
assert e[0]["canaries_ns"]["page-fault"] is None and e[0]["changed"] == [], e'
}

@test "the last 40 unless it is told how many, each next to the one before it, shown or not" {
    for i in $(seq 10 59); do line "2026-01-01T10:$i:00.000000Z" "r$i" 6.1 aaaa boot1 $((1000 * (i / 58 + 1))); done | kept
    [ "$("$CONTEND" doctor --history | grep -c ' run r')" -eq 40 ]
    "$CONTEND" doctor --history | grep -q "0 floors, 50 runs; the last 40 of them (all: contend doctor --history=all)$"
    [ "$("$CONTEND" doctor --history=all | grep -c ' run r')" -eq 50 ]
    [ "$("$CONTEND" doctor --history 3 | grep -oE 'run r[0-9]+|loads [+-].*' | tr '\n' ' ')" = 'run r57 run r58 loads +100 % since the entry before on this machine run r59 ' ]
    [ "$("$CONTEND" doctor --history=2 | grep -oE 'run r[0-9]+|loads [+-].*' | tr '\n' ' ')" = 'run r58 loads +100 % since the entry before on this machine run r59 ' ]
    [ "$("$CONTEND" doctor --history 3 --json | grep -c '"kind": "run"')" -eq 3 ]
}

@test "damaged lines, those of a later program and a torn last one are left out and named" {
    {
        line 2026-01-01T10:00:00.000000Z first 6.1 aaaa boot1 9000
        echo '{"schema":"contend/history/1","when":'
        echo '{"schema":"contend/history/7"}'
        line 2026-01-02T10:00:00.000000Z second 6.1 aaaa boot1 9000
        printf '{"schema"'
    } | kept
    mkdir "$CONTEND_STATE/floors"
    echo '{"schema":"contend/floor/1"}' >"$CONTEND_STATE/floors/20260101T000000.json"
    "$CONTEND" doctor --history >told 2>said
    file=$CONTEND_STATE/history.jsonl
    [ "$(grep -c ' run ' told)" -eq 2 ]
    [ "$(wc -l <said)" -eq 4 ]
    grep -q "^contend: left out: $file:2:38: not JSON" said
    grep -q "^contend: left out: $file:3:1: it was written by a later program$" said
    grep -q "^contend: left out: $file:5:1: the last line is unfinished$" said
    grep -q "^contend: left out: $CONTEND_STATE/floors/20260101T000000.json:1:1: " said
    "$CONTEND" doctor --history --json 2>/dev/null | grep -q '"left_out": 4,'
    tiny --quiet --out one >/dev/null # is whole, behind the torn one
    [ "$("$CONTEND" doctor --history 2>/dev/null | grep -c ' run ')" -eq 3 ]
}

# A floor of so many blocks, a second each, whose cells of the family cpu move by 1 % and those of io by 10 %.
floor() { # BLOCKS
    mkdir -p "$CONTEND_STATE/floors"
    /usr/bin/python3 -c 'import json, random, sys
n, rng = int(sys.argv[1]), random.Random(1)
def cell(name, family, percent):
    return {"id": name + " threads", "workload": name, "family": family, "model": "threads", "center": 9,
            "steps": [round(rng.gauss(0, 100 * percent)) for _ in range(n)]}
print(json.dumps({"schema": "contend/floor/1", "machine": {"cpu": "A Processor", "kernel": "6.1", "host": "aaaa", "boot": "boot1"},
    "commit": "0123456789ab", "started": "2026-01-02T03:00:00.000000Z", "finished": "2026-01-02T04:00:00.000000Z", "blocks": n,
    "at_ms": [1000 * i for i in range(n)], "foreign_percent": [0] * n,
    "cells": [cell("primes", "cpu", 1), cell("sort", "cpu", 0.1), cell("sleep", "io", 10)],
    "canaries": [{"id": "loads", "center": 9.2, "steps": [0] * n}]}))' "$1" >"$CONTEND_STATE/floors/20260102T030000.json"
}

@test "a floor tells how far identical runs lie apart, by family; one that is too short says so" {
    floor 3600
    line 2026-01-02T05:00:00.000000Z after 6.1 aaaa boot1 12000 >"$CONTEND_STATE/history.jsonl"
    "$CONTEND" doctor --history >told
    grep -q '^kept in .*: 1 floor, 1 run$' told
    grep -qE '^2026-01-02 04:00 floor 60 min, 3600 blocks +n/a +n/a +n/a +9.90us +n/a +n/a$' told
    grep -qE '^    identical 1-visit runs of 10 blocks 1 min apart differ by up to: cpu ± [0-9.]+ %, io ± [0-9.]+ %$' told
    grep -q '^    loads +21 % since the entry before on this machine$' told
    "$CONTEND" doctor --history --json | /usr/bin/python3 -c 'import json, sys
e = json.load(sys.stdin)["entries"]
assert [x["kind"] for x in e] == ["floor", "run"], e
cpu, io = e[0]["families"]
assert (cpu["name"], cpu["cell"], io["name"]) == ("cpu", "primes threads", "io"), e
assert 0 < cpu["differ"] < 0.03 and 5 < io["differ"] / cpu["differ"] < 20, e'
    floor 3
    "$CONTEND" doctor --history >told
    grep -qE '^    how far identical runs lie apart is not known of cpu, io: the floor is too short' told
}

@test "it fits a narrow terminal, and has no colour without one" {
    floor 600
    line 2026-01-02T05:00:00.000000Z after 6.2 aaaa boot2 12000 >"$CONTEND_STATE/history.jsonl"
    COLUMNS=40 "$CONTEND" doctor --history | grep -v "^$CONTEND_STATE\|^kept in" >told
    /usr/bin/python3 -c 'import sys
wide = [l for l in open("told", encoding="utf-8").read().splitlines() if len(l) > 40]
sys.exit(f"too wide: {wide}" if wide else 0)'
    grep -q 'loads 12.0us' told
    run grep -q "$(printf '\033')" told
    [ "$status" -eq 1 ]
}

refuses() { # TEXT ARGS...
    run "$CONTEND" doctor "${@:2}"
    [ "$status" -eq 2 ] && [ "${#lines[@]}" -eq 1 ] && [[ "$output" == *"$1"* ]] || { echo "$status: $output"; return 1; }
}

@test "what does not go with it is refused" {
    for other in --strict --facts --noise --noise=1s --sample=1s --scratch=/tmp --root=/; do
        refuses "--history is of what is kept, and ${other%%=*} of the machine now: give one of them" --history "$other"
        refuses "give one of them" "$other" --history --json
    done
    refuses "--history is a number of entries of at least 1, or --history=all, not '0'" --history 0
    refuses "not 'some'" --history=some
    refuses "'all' is not expected here" --history all
}
