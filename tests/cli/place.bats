#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Where workers go, exactly, in each order, on machines described in topology/ and by hwloc's synthetic descriptions. What is
# due was worked out by hand from what the orders promise, not taken from the program.

setup() {
    FOLDER=$BATS_TEST_DIRNAME/topology
}

place() { # SOURCE ORDER [MORE...]: the units in order, in one line
    local source=$1 order=$2
    shift 2
    [[ $source == synthetic:* ]] || source=$FOLDER/$source.xml
    "$CONTEND" place --topology "$source" --order "$order" --json "$@" |
        /usr/bin/python3 -c 'import json, sys; print(*[w["pu"] for w in json.load(sys.stdin)["workers"]])'
}

column() { # NAME SOURCE ORDER: one member of each worker, in one line
    "$CONTEND" place --topology "$FOLDER/$2.xml" --order "$3" --json |
        /usr/bin/python3 -c 'import json, sys; print(*[w.get(sys.argv[1], "-") for w in json.load(sys.stdin)["workers"]])' "$1"
}

due() { # SOURCE ORDER UNITS...
    local got
    got=$(place "$1" "$2")
    [ "$got" = "${*:3}" ] || { echo "$1, $2: $got; due: ${*:3}"; return 1; }
}

@test "threads of a core: compact fills a core, scatter and smt-last take every core first" {
    due smt compact 0 2 1 3
    due smt scatter 0 1 2 3
    due smt smt-last 0 1 2 3
    due smt one-per-l3 0
    due smt one-per-numa 0
    due smt none
    [ "$(column smt_rank smt compact)" = "0 1 0 1" ]
    [ "$(column core smt compact)" = "0 0 1 1" ]
    [ "$(column to_previous smt compact)" = "- smt l3 smt" ]
    [ "$(column kind smt compact)" = "None None None None" ]
}

@test "two packages: scatter goes round packages, then caches, then cores, and comes back for the second threads" {
    due two-packages compact 0 8 1 9 2 10 3 11 4 12 5 13 6 14 7 15
    due two-packages scatter 0 4 2 6 1 5 3 7 8 12 10 14 9 13 11 15
    due two-packages smt-last 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
    due two-packages one-per-l3 0 2 4 6
    due two-packages one-per-numa 0 4
    [ "$(column package two-packages one-per-l3)" = "0 0 1 1" ]
    [ "$(column numa two-packages one-per-numa)" = "0 1" ]
    [ "$(column l3 two-packages scatter)" = "0 2 1 3 0 2 1 3 0 2 1 3 0 2 1 3" ]
    [ "$(column to_previous two-packages one-per-l3)" = "- numa cross numa" ]
}

@test "two kinds of cores: smt-last takes the fast ones first, then the others, then second threads" {
    due hybrid compact 0 1 2 3 4 5 6 7
    due hybrid smt-last 4 6 0 1 2 3 5 7
    due hybrid scatter 0 4 6 1 2 3 5 7
    due hybrid one-per-l3 0
    [ "$(column kind hybrid smt-last)" = "0 0 1 1 1 1 0 0" ]
    [ "$(column to_previous hybrid compact)" = "- l2 l2 l2 l3 smt l3 smt" ]
}

@test "a level that is not there is an error that says so, and null with a reason in JSON" {
    due no-l3 compact 0 1 2 3
    due no-l3 scatter 0 2 1 3
    [ "$(column to_previous no-l3 compact)" = "- l2 numa l2" ]
    [ "$(column l3_unavailable no-l3 one-per-numa)" = "the topology has no such level" ]
    run "$CONTEND" place --topology "$FOLDER/no-l3.xml" --order one-per-l3
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ "$output" == *"no third-level cache"* ]]
}

@test "NUMA nodes within a package" {
    s='synthetic:package:2 group:2 [numa] core:2 pu:1'
    due "$s" compact 0 1 2 3 4 5 6 7
    due "$s" scatter 0 4 2 6 1 5 3 7
    due "$s" one-per-numa 0 2 4 6
    "$CONTEND" place --topology "$s" --order one-per-numa --json | /usr/bin/python3 -c 'import json, sys
w = json.load(sys.stdin)["workers"]
assert [x.get("to_previous") for x in w] == [None, "package", "cross", "package"], w'
}

@test "256 units: every order by its formula" {
    s='synthetic:package:2 [numa] l3:8 core:8 pu:2'
    want() { # the four loops from the slowest to the fastest
        /usr/bin/python3 -c 'import itertools, sys
n = {"p": 2, "l": 8, "c": 8, "t": 2}
def pu(x): return ((x["p"] * 8 + x["l"]) * 8 + x["c"]) * 2 + x["t"]
print(*[pu(dict(zip(sys.argv[1], x))) for x in itertools.product(*[range(n[k]) for k in sys.argv[1]])])' "$1"
    }
    [ "$(place "$s" compact)" = "$(want plct)" ]
    [ "$(place "$s" scatter)" = "$(want tclp)" ]
    [ "$(place "$s" smt-last)" = "$(want tplc)" ]
    [ "$(place "$s" one-per-l3)" = "$(seq -s ' ' 0 16 255)" ]
    [ "$(place "$s" one-per-numa)" = "0 128" ]
}

@test "a list is taken as it stands; a unit that is not there is named" {
    [ "$(place smt list --pus 3,0-1,3)" = "3 0 1 3" ]
    run place smt list --pus ''
    [ "$status" -ne 0 ]
    for list in 4 0-4 1-0 a 0, ,0 0-1-2 -1 99999999999999999999; do
        run "$CONTEND" place --topology "$FOLDER/smt.xml" "--pus=$list"
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
    done
    run "$CONTEND" place --topology "$FOLDER/smt.xml" --pus 0-4
    [[ "$output" == *"processing unit 4 is not among the 4"* ]]
}

@test "fewer workers take the first units, more share them in turn" {
    [ "$(place two-packages scatter --workers 3)" = "0 4 2" ]
    [ "$(place smt compact --workers 6)" = "0 2 1 3 0 2" ]
    [ "$(place two-packages one-per-numa --workers 5)" = "0 4 0 4 0" ]
}

@test "units that this process may not use are left out" {
    sed 's/allowed_cpuset="0x0000000f"/allowed_cpuset="0x0000000e"/' "$FOLDER/smt.xml" >"$BATS_TEST_TMPDIR/a.xml"
    FOLDER=$BATS_TEST_TMPDIR
    due a compact 2 1 3
    due a smt-last 2 1 3
    due a scatter 2 1 3
}

@test "what is no topology is one line" {
    sed 's/ complete_cpuset="[^"]*"//' "$FOLDER/smt.xml" >"$BATS_TEST_TMPDIR/crash.xml" # hwloc itself does not survive this one
    head -n 8 "$FOLDER/smt.xml" >"$BATS_TEST_TMPDIR/short.xml"
    printf 'no\n' >"$BATS_TEST_TMPDIR/text.xml"
    : >"$BATS_TEST_TMPDIR/empty.xml"
    for f in crash short text empty missing; do
        run "$CONTEND" place --topology "$BATS_TEST_TMPDIR/$f.xml"
        [ "$status" -eq 1 ]
        [ "${#lines[@]}" -eq 1 ]
        [[ "$output" == *"$f.xml"* ]]
    done
}

@test "the threads of a loop's pool are pinned, evenly, to all units that are offered" {
    mapfile -t units < <(/usr/bin/python3 -c 'import os; print(*sorted(os.sched_getaffinity(0)), sep="\n")')
    [ "${#units[@]}" -ge 2 ] || skip "one allowed unit"
    for model in async async-processes async-threads; do
        /usr/bin/python3 - "$CONTEND" "$BATS_TEST_TMPDIR" "$model" "${units[0]},${units[1]}" <<'EOF'
import collections, glob, os, subprocess, sys, time
contend, folder, model, pus = sys.argv[1:]
run = subprocess.Popen([contend, "run", "--workload", "file-read", "--models", model, "--workers", "2", "--pus", pus, "--concurrency", "4",
                        "--mode", "closed", "--duration", "300ms", "--blocks", "400", "--quiet", "--scratch", folder,
                        "--out", f"{folder}/{model}"], stdout=subprocess.DEVNULL)
def pinned(pid):
    """How many threads of a process are pinned to each unit. A dispatcher is pinned to none alone."""
    allowed = [line.split()[1] for f in glob.glob(f"/proc/{pid}/task/*/status")
               for line in open(f, encoding="utf-8") if line.startswith("Cpus_allowed_list")]
    return collections.Counter(a for a in allowed if a.isdigit())
def seen():
    for f in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            args = open(f, "rb").read().split(b"\0")
            if args[1:2] == [b"trial"] and args[3:4] == [folder.encode()]:
                yield pinned(f.split("/")[2])
        except OSError:
            pass # it has ended
# a loop and a pool of four, or two loops and a pool
due = {"async": [2, 3], "async-processes": [2, 3], "async-threads": [3, 3]}[model]
found, last = False, None
while not found and run.poll() is None:
    for on in seen():
        if sum(on.values()) >= 5:
            last = on
            found |= set(on) == set(pus.split(",")) and sorted(on.values()) == due
    time.sleep(0.01)
run.kill()
run.wait()
assert found, (model, last)
EOF
    done
}
