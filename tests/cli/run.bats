#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The command line as people and scripts use it: exit codes, messages, resuming, nothing left behind.

load ../limit

setup() {
    DIR=$(mktemp -d)
    cd "$DIR" || exit 1
    export TMPDIR=$DIR # it is the scratch directory, which every trial has among its arguments: so they are known as this test's
}

teardown() {
    cd / && rm -rf "$DIR"
}

small() { # OUT [MORE...]
    "$CONTEND" run --workload sleep --set time=1ms --units 16 --tasks 8 --models serial,threads,processes,async --concurrency 4 --blocks 10 --quiet --out "$@"
}

trials() {
    ps -eo args | grep -c "^contend trial [0-9]* $DIR" || true
}

no_trials() {
    [ "$(trials)" -eq 0 ]
}

@test "a small run ends well and its summary says so" {
    small one
    [ -s one/summary.json ]
    [ -s one/topology.xml ]
    [ "$(wc -l <one/trials.jsonl)" -eq 41 ]
    /usr/bin/python3 -c 'import json
s = json.load(open("one/summary.json"))
assert s["complete"] and s["trials"] == {"planned": 40, "ok": 40, "failed": 0, "void": 0, "skipped": 0}, s["trials"]
assert len({c["checksum"] for c in s["cells"]}) == 1
c = [c for c in s["cells"] if c["model"] == "async"][0]
assert 0 < c["speedup"]["lower"] <= c["speedup"]["median"] <= c["speedup"]["upper"], c["speedup"]
# how many units sleep at once, whatever else the machine does: what keeps all of them up is in the time of each and of the trial
at_once = lambda model: [t["latency_ns"]["sum"] / t["wall_ns"] for t in map(json.loads, list(open("one/trials.jsonl"))[1:]) if t["model"] == model]
assert max(at_once("serial")) <= 1.01 and max(at_once("async")) > 2, (at_once("serial"), at_once("async"))
for x in s["comparisons"]:
    r, sure = x["ratio"], x["p_adjusted"] <= 0.05
    right = "equivalent" if 1 / 1.02 <= r["lower"] and r["upper"] <= 1.02 else "faster" if sure and r["lower"] > 1 else "slower" if sure and r["upper"] < 1 else "inconclusive"
    assert x["verdict"] == right, x'
    "$CONTEND" show one | grep -q 'sleep time=1ms'
    "$CONTEND" show one --json | cmp - one/summary.json
    [ "$(trials)" -eq 0 ]
}

@test "bad input: one line, exit 2, nothing on disk" {
    for args in "--workload slep" "--workload sleep --models tread" "--workload sleep --set time=5" "--workload sleep --set tim=5ms" \
        "--workload sleep --workers 0" "--workload sleep --workers 99999999999999999999" "--workload sleep --blocks x" "--workload sleep --limit 0s" "--workload sleep --trial 0ms" "nosuchsuite" "" "--nonsense"; do
        # shellcheck disable=SC2086
        run "$CONTEND" run $args --out bad
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
        [ ! -e bad ]
    done
}

@test "a suite with a wrong type is refused with line and column" {
    printf '{"schema": "contend/suite/1", "name": "x",\n "runs": [{"workload": "sleep", "workers": [{}]}]}' >x.json
    run "$CONTEND" run ./x.json --out bad
    [ "$status" -eq 2 ]
    [[ "$output" == *x.json:2:*"expected a string or a whole number"* ]]
    [ ! -e bad ]
}

@test "a suite's empty list, a workload that is no name and a summary that is no text have their place" {
    refused() {
        printf '{"schema":"contend/suite/1","name":"x",\n "summary":%s,\n "runs":%s}' "$1" "$2" >bad.json
        run "$CONTEND" run ./bad.json --dry-run
        [ "$status" -eq 2 ]
        [[ "$output" == "contend: ./bad.json:$3: "*"$4"* ]]
        [ "${#lines[@]}" -eq 1 ]
    }
    refused '"s"' '[]' 3:9 'at least one run'
    refused '"s"' '[{"workload":["null"]}]' 3:22 'must be the name of one'
    refused '"s"' '["null"]' 3:10 'must be an object'
    refused 5 '[{"workload":"null"}]' 2:12 'summary'
}

# EVERY: what --dry-run says of a trial of which each EVERYth unit has a job; the least of three, since others run here too. The
# period is so short that jobs are nearly all of its time also where computing is fast.
guess_ms() {
    for _ in 1 2 3; do
        "$CONTEND" run --workload responsive --set period=100us --set job=1000000 --set "every=$1" --models threads --concurrency 2 --workers 1 \
            --units 100 --tasks 2 --dry-run --quiet | sed -n 's/.*threads.* about \([0-9]*\) ms$/\1/p'
    done | sort -n | head -n 1
}

@test "--dry-run: units that are expensive now and then, the first of them, do not make all expensive" {
    rare=$(guess_ms 100)
    each=$(guess_ms 1)
    echo "$rare ms with one job, $each ms with a hundred" >&2
    [ "$rare" -gt 0 ]
    [ $((rare * 4)) -lt "$each" ]
}

@test "--workload keeps a suite's runs of it with all they set, and refuses what the suite has not" {
    cat >two.json <<'S'
{"schema": "contend/suite/1", "name": "two", "blocks": 1, "runs": [
  {"workload": "null", "models": "serial", "units": 3},
  {"workload": "primes", "set": {"limit": [100, 200]}, "models": ["serial", "threads"], "units": 3},
  {"workload": "sleep", "models": "serial", "units": 3},
  {"workload": "primes", "set": {"limit": 300}, "models": "async", "units": 3}]}
S
    cells() { "$CONTEND" run ./two.json --dry-run "$@" 2>/dev/null | sed -n 's/ o1 .*//p' | paste -sd ';'; }
    all='primes limit=100 serial;primes limit=100 threads;primes limit=200 serial;primes limit=200 threads;primes limit=300 async'
    [ "$(cells --workload primes)" = "$all" ]
    [ "$(cells --workload sleep,null)" = 'sleep time=1ms serial;null serial' ]
    [ "$(cells --workload primes --models threads --set limit=400)" = 'primes limit=400 threads' ]
    run "$CONTEND" run ./two.json --workload sort --dry-run
    [ "$status" -eq 2 ]
    [[ "$output" == *"'sort' is not in the suite"* ]]
}

@test "responsive: a job on one loop makes a beat late by its length, one in the pool does not" {
    late() { # ROUNDS of a job
        rm -rf late
        "$CONTEND" run --workload responsive --set period=1ms --set "job=$1" --set every=32 --models async,async-offload \
            --workers 2 --concurrency 2 --units 128 --tasks 2 --blocks 1 --limit "$(scaled 120000)ms" --quiet --json --out late >late.out
        /usr/bin/python3 - <<'P'
import json, sys
late = {c["model"]: c for c in json.load(open("late.out"))["cells"]}
job = late["async"]["cpu_ns"]["user"]["median"] / 4  # of which 128 beats have 4
assert late["async"]["latency_ns"]["max"] > job / 2, (job, late["async"]["latency_ns"])
print(job, late["async-offload"]["latency_ns"])
sys.exit(late["async-offload"]["latency_ns"]["p50"] >= job / 2)
P
    }
    # what else makes beats late is no longer where jobs are, so a job that is long enough stands out
    late 10000000 || late 40000000 || late 160000000 || late 640000000
}

@test "an unwritable directory is an error that names it" {
    touch file
    run small file/run
    [ "$status" -eq 1 ]
    [[ "$output" == *file/run* ]]
}

@test "a directory that is not empty is left alone" {
    mkdir there && touch there/mine
    run small there
    [ "$status" -eq 1 ]
    [ "$(ls there)" = mine ]
}

@test "a run that is killed is resumed and finished" {
    "$CONTEND" run --workload sleep --set time=5ms --units 32 --tasks 4 --models serial,threads --concurrency 2 --blocks 8 --quiet --out killed &
    pid=$!
    eventually lines_in 3 killed/trials.jsonl
    kill -KILL "$pid" || true
    wait "$pid" && skip "the run was over before it could be killed"
    eventually no_trials
    printf '{"torn": ' >>killed/trials.jsonl
    "$CONTEND" show killed | grep -q incomplete
    "$CONTEND" run --resume killed --quiet
    [ "$(wc -l <killed/trials.jsonl)" -eq 17 ]
    grep -q '"complete": true' killed/summary.json
}

@test "SIGINT: what was measured is saved, exit 130" {
    "$CONTEND" run --workload sleep --set time=5ms --units 64 --tasks 4 --models serial,threads --concurrency 2 --blocks 30 --quiet --out stopped 2>err >out &
    pid=$!
    eventually lines_in 3 stopped/trials.jsonl
    ! lines_in 61 stopped/trials.jsonl || skip "the run was over before it could be stopped"
    kill -TERM "$pid" # bats ignores SIGINT in background jobs; both are handled alike
    code=0
    wait "$pid" || code=$?
    [ "$code" -eq 130 ]
    grep -q -- '--resume stopped' err
    grep -q '"complete": false' stopped/summary.json
    [ "$(trials)" -eq 0 ]
}

@test "a trial that takes too long is killed and costs itself alone" {
    run "$CONTEND" run --workload sleep --set time=5s --units 2 --tasks 2 --models serial --limit 300ms --blocks 1 --quiet --out slow --set time=5s
    [ "$status" -eq 1 ]
    [ "$(trials)" -eq 0 ]
}

@test "a full disk: one clear line, and the journal is whole" {
    [ "$(id -u)" -eq 0 ] || skip "mounting needs root"
    mkdir full
    mount -t tmpfs -o size=48k tmpfs full || skip "tmpfs can't be mounted here"
    run small full/run
    rc=$status text=$output
    tail -c 1 full/run/trials.jsonl >last
    umount full
    [ "$rc" -eq 1 ]
    [[ "$text" == *"No space left on device"* ]]
    printf '\n' | cmp - last
}

@test "a run that is looked at ends by its rule, and a resumed one where the whole one did" {
    # 32 times as fast and 90 %: so much and so wide that a noisy machine has it too
    "$CONTEND" run --workload sleep --set time=1ms --models serial,async --concurrency 32 --units 32 --tasks 32 --until-clear --quiet --out rule >/dev/null
    "$CONTEND" run --workload sleep --set time=1ms --models serial --units 8 --precision 90% --quiet --out width >/dev/null
    "$CONTEND" run --workload sleep --set time=1ms --models serial --units 8 --trial 20ms --budget 50ms --quiet --out budget >/dev/null
    /usr/bin/python3 -c 'import json
for name, why in ("rule", "verdict clear"), ("width", "precision reached"), ("budget", "budget spent"):
    s = json.load(open(name + "/summary.json"))
    assert s["complete"] and s["stop"]["ended_by"] == why, (name, s["stop"])
    assert 1 <= s["blocks"] < s["stop"]["most_blocks"] and s["trials"]["ok"] == s["trials"]["planned"], s["blocks"]
    assert (s["stop"]["intervals"] == "confidence sequence") == (name != "budget")
r = json.load(open("rule/summary.json"))
assert r["blocks"] >= 6 and r["comparisons"][0]["verdict"] in ("faster", "slower"), r["comparisons"]'
    head -n -3 rule/trials.jsonl >shorter && mv shorter rule/trials.jsonl
    "$CONTEND" run --resume rule --quiet >/dev/null
    /usr/bin/python3 -c 'import json
s = json.load(open("rule/summary.json"))
assert s["stop"]["ended_by"] == "verdict clear" and s["complete"], s["stop"]'
    before=$(wc -l <rule/trials.jsonl)
    "$CONTEND" run --resume rule --quiet >/dev/null
    [ "$(wc -l <rule/trials.jsonl)" -eq "$before" ]
}

@test "a dry run tells each cell's time and writes nothing" {
    run "$CONTEND" run --workload sleep --set time=1ms --models serial,async --concurrency 1,8 --trial auto --dry-run
    [ "$status" -eq 0 ]
    [[ "$output" == *"3 cells, 0 skipped, 10 blocks: 30 trials"* ]]
    [[ "$output" == *" ms"* && "$output" == *"nothing was kept or written"* ]]
    [ ! -e runs ]
    # what the work should come to takes about as long as the work, once
    # (how fast it is was found out twice, in which time the machine's speed may have changed: one good look of five tells)
    whole_time() {
        "$CONTEND" run --workload request --set compute=20000 --set wait=0s --models serial --mode closed --duration 2s --blocks 1 --dry-run >plan
        cat plan
        /usr/bin/python3 -c 'import re, sys
plan = open("plan").read()
ms, s = int(re.search(r"about (\d+) ms", plan)[1]), int(re.search(r"about (\d+) s;", plan)[1])
assert 2000 <= ms, plan
sys.exit(s * 1000 <= 1.25 * ms)'
    }
    whole_time || whole_time || whole_time || whole_time || whole_time
}

@test "a workload that deals its units out gets a task for each" {
    "$CONTEND" run --workload squares --set chunk=3 --units 12 --models serial,threads,processes-pipe --workers 2 --blocks 1 --quiet --out dealt
    /usr/bin/python3 -c 'import json
c = json.load(open("dealt/summary.json"))["cells"]
assert len(c) == 3 and all(x["tasks"] == 12 and x["planned_units"] == 12 for x in c), c'
    "$CONTEND" run --workload squares --set chunk=1 --models serial --blocks 1 --quiet --out calibrated
    /usr/bin/python3 -c 'import json
c = json.load(open("calibrated/summary.json"))["cells"][0]
assert 1 < c["tasks"] == c["planned_units"] <= 10000, c'
}

@test "every command tells its options" {
    for c in list place run show; do
        "$CONTEND" "$c" --help | grep -q '^Usage: contend'
    done
    run "$CONTEND" lits
    [ "$status" -eq 2 ]
    [[ "$output" == *"did you mean 'list'"* ]]
}

@test "figures in the terminal: the numbers of the summary, each model in the legend, no file" {
    "$CONTEND" run --workload sleep --set time=1ms --models serial,async --concurrency 1,8 --blocks 6 --quiet --out two >/dev/null
    rm -rf two/figures
    run "$CONTEND" plot two --format text
    [ "$status" -eq 0 ]
    [ ! -e two/figures ]
    [[ "$output" == *"95 % interval"* && "$output" == *"H async"* ]]
    printf '%s\n' "$output" >two/text
    /usr/bin/python3 -c 'import json, re
per_task = "for each task" in open("two/text").read()
shown = [c["throughput"]["median"] / (c["concurrency"] if per_task else 1) for c in json.load(open("two/summary.json"))["cells"] if c["model"] == "async"]
scale = {"k": 1e3, "M": 1e6, "G": 1e9, "": 1}
labels = [re.match(r"\s*([\d.]+)([kMG]?) \+", l) for l in open("two/text")]
ticks = [float(n) * scale[unit] for n, unit in (m.groups() for m in labels if m)]
assert len(ticks) >= 2 and ticks == sorted(set(ticks), reverse=True), ticks
step = ticks[0] - ticks[1]
low, high = (ticks[-1] - step, ticks[0] + step) if per_task else (ticks[-1] / 10, ticks[0] * 10)
assert len(shown) == 2 and all(low < x < high for x in shown), (ticks, shown)'
    run "$CONTEND" plot two --format text --figure nosuch
    [ "$status" -eq 2 ]
    [ "${#lines[@]}" -eq 1 ]
}

@test "a plan says what it would check, and a run what it saw of that" {
    "$CONTEND" run --workload pingpong,null --models threads,async --units 8 --blocks 1 --dry-run --quiet | grep -qx 'checks what is expected of pingpong: loop-wins'
    "$CONTEND" run --workload pingpong --models threads,async --units 8 --blocks 1 --quiet --out expected >tables
    tr -s ' \n' ' ' <tables | grep -q "can't tell pingpong: loop-wins: async/threads, units/s: .*, expected at least 1.3: not enough trials"
    /usr/bin/python3 -c 'import json
x = json.load(open("expected/summary.json"))["expectations"]
assert [(e["id"], e["workload"], e["outcome"]) for e in x] == [("loop-wins", "pingpong", "cannot-tell")], x'
    "$CONTEND" list pingpong | grep -q 'check loop-wins: contend run --workload pingpong --models threads,processes,async'
}

@test "list and place give JSON" {
    for what in workloads models suites figures checks findings; do
        "$CONTEND" list "$what" --json | /usr/bin/python3 -c 'import json, sys
x = json.load(sys.stdin)
assert x and all(set(i) >= {"name", "family", "summary", "params"} for i in x)'
    done
    "$CONTEND" list workloads --json | /usr/bin/python3 -c 'import json, sys
for w in json.load(sys.stdin):
    assert len(w["summary"]) > 20 and w["lesson"] is None and w["expectations"], w["name"]
    assert len({e["id"] for e in w["expectations"]}) == len(w["expectations"]), w["name"]
    assert all(len(e["text"]) > 40 and e["text"][-1] != "." for e in w["expectations"]), w["name"]'
    "$CONTEND" list workloads | grep -A1 '^  faults' | grep -q 'expect: .*processes, with an address space each'
    "$CONTEND" place --topology 'synthetic:package:2 core:4 pu:2' --order scatter --json | /usr/bin/python3 -c 'import json, sys
w = json.load(sys.stdin)["workers"]
assert len(w) == 16 and [x["package"] for x in w[:4]] == [0, 1, 0, 1] and all(x["smt_rank"] == 0 for x in w[:8])'
    run "$CONTEND" place --topology 'synthetic:nonsense'
    [ "$status" -ne 0 ]
    [ "${#lines[@]}" -eq 1 ]
}

@test "each sweep of a suite keeps its own length, also for a workload that occurs twice" {
    cat >twice.json <<'S'
{"schema": "contend/suite/1", "name": "twice", "blocks": 1, "runs": [
  {"workload": "sleep", "set": {"time": "1ms"}, "models": ["serial", "async"], "concurrency": 2, "tasks": 2, "trial": "10ms"},
  {"workload": "sleep", "set": {"time": "1ms"}, "models": ["serial", "threads"], "concurrency": 4, "tasks": 2, "trial": "400ms"},
  {"workload": "sleep", "set": {"time": "1ms"}, "models": ["processes"], "concurrency": 2, "units": 7},
  {"workload": "sleep", "set": {"time": "1ms"}, "models": ["processes"], "concurrency": 4, "mode": "closed", "duration": "20ms"},
  {"workload": "sleep", "set": {"time": "1ms"}, "models": ["processes"], "concurrency": 4, "mode": "closed", "duration": "90ms"}]}
S
    "$CONTEND" run ./twice.json --quiet --json --out twice >twice.out
    /usr/bin/python3 - <<'P'
import json
cells = json.load(open("twice.out"))["cells"]
assert len({c["id"] for c in cells}) == len(cells) == 7, [c["id"] for c in cells]
units = [c["units"] for c in cells]
assert units[0] == units[1] and units[2] == units[3] and units[4] == 7, units
assert units[2] > 4 * units[0], units # 40 times on a quiet machine
assert [c["duration_ns"] for c in cells[5:]] == [20_000_000, 90_000_000], cells[5:]
P
}

@test "--strict refuses the machine with 5, says why, and leaves nothing" {
    run bash -c "ulimit -t 1000; '$CONTEND' run --workload null --units 10 --blocks 1 --models serial --strict --quiet --out strict"
    [ "$status" -eq 5 ]
    [[ "$output" == *"limits:"*"refused by --strict"* ]]
    [ ! -e strict ]
}

cut_short() { # DIR: a run as a kill leaves it, with all but its last five trials
    small "$1" >/dev/null
    head -n -5 "$1/trials.jsonl" >short && mv short "$1/trials.jsonl"
    rm -rf "$1/summary.json" "$1/figures"
}

@test "a resumed run has an environment for each session, and is judged by the first start and the last end" {
    cut_short twice
    /usr/bin/python3 - <<'P'
import json
p = "twice/environment.json"
v = json.load(open(p))
v["start"]["kernel.swappiness"]["value"] = 77
v["end"] = None
json.dump(v, open(p, "w"))
P
    "$CONTEND" run --resume twice --quiet --json >out.json
    /usr/bin/python3 - <<'P'
import json
first, second = (json.load(open("twice/environment%s.json" % n)) for n in ("", "-2"))
assert first["end"] is None and second["end"], second.keys()
s = json.load(open("out.json"))
assert s["complete"]
f = [f for f in s["findings"] if f["id"] == "environment_changed"]
assert f and "kernel.swappiness: 77, then" in f[0]["text"], s["findings"]
P
    "$CONTEND" show twice --json | cmp - out.json
}

@test "a run is not gone on with by another build or on another machine" {
    cut_short moved
    sed -i '/"cpu.model"/,/value/s/"value": "[^"]*"/"value": "Another CPU"/' moved/environment.json
    cp moved/trials.jsonl before
    for option in "--blocks 3" "--budget 9s" "--seed 2" "--models serial" "--set time=5ms" "--out x" quick; do
        # shellcheck disable=SC2086
        run "$CONTEND" run --resume moved $option
        [ "$status" -eq 2 ]
        [[ "$output" == *"it takes no ${option%% *}"* || "$option" == quick ]]
    done
    run "$CONTEND" run --resume moved --quiet
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ "$output" == *"cpu.model was 'Another CPU' and is "* ]]
    cmp before moved/trials.jsonl
    [ ! -e moved/environment-2.json ]
}

@test "a directory that can't be made is told before anything is measured" {
    run "$CONTEND" run --workload sleep --models serial --blocks 1 --out /proc/nothing
    [ "$status" -eq 1 ]
    [[ "$output" == *"/proc/nothing can't be made"* && "$output" != *calibrating* ]]
}

@test "two runs at once never share a directory" {
    "$CONTEND" run --workload sleep --set time=1s --units 16 --tasks 8 --models serial --blocks 2 --quiet --out one &
    pid=$!
    eventually lines_in 1 one/trials.jsonl
    run small one
    [ "$status" -eq 1 ]
    [[ "$output" == *"held by another run"* ]]
    run "$CONTEND" run --resume one
    [ "$status" -eq 1 ]
    [[ "$output" == *"held by another run"* ]]
    kill -TERM "$pid"
    code=0
    wait "$pid" || code=$?
    [ "$code" -eq 130 ]
    grep -q '"complete": false' one/summary.json # what it has measured is whole
    "$CONTEND" show one >/dev/null
    for i in 1 2 3; do # the same second, more often than not
        "$CONTEND" run --workload null --units 10 --tasks 2 --models serial --blocks 1 --quiet >"out$i" &
    done
    wait
    [ "$(find runs -name summary.json | wc -l)" -eq 3 ]
    [ "$(find runs -mindepth 1 -maxdepth 1 | wc -l)" -eq 3 ]
}

@test "a suite's name can't lead out of runs/" {
    printf '{"schema": "contend/suite/1", "name": "../../x",\n "runs": [{"workload": "null"}]}' >x.json
    run "$CONTEND" run ./x.json
    [ "$status" -eq 2 ]
    [[ "$output" == *x.json:1:*'"name" must be'* ]]
    [ ! -e runs ]
}

@test "--libc-threads is a factor of the cell: named, recorded for each worker, and skipped where it can't be" {
    small one --libc-threads single >out
    grep -q 'order compact, libc single' out
    grep -q 'sleep under threads: threads makes threads' out
    small multi --libc-threads multi >/dev/null
    /usr/bin/python3 - <<'P'
import json
for run, want in ("one", True), ("multi", False):
    for line in list(open(run + "/trials.jsonl"))[1:]:
        t = json.loads(line)
        assert t["libc_threads"] == {"one": "single"}.get(run, run) and t["id"].endswith(" libc-" + t["libc_threads"])
        assert all(w["single_threaded"] is want for w in t["workers_detail"]), t["model"]
P
    run small bad --libc-threads some
    [ "$status" -eq 2 ]
}

@test "a path is checked, kept whole in the record, and what it holds is the work" {
    run "$CONTEND" run --workload letters --set dir=nosuch --out none
    [ "$status" -eq 2 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ "$output" == *"dir: expected a file or directory"*nosuch* ]]
    [ ! -e none ]
    mkdir -p text/sub && echo 'to be or not to be' >text/a && seq 500 >text/sub/b
    "$CONTEND" run --workload letters --set dir=text --set piece=1KiB --units 16 --tasks 8 --models serial,threads,processes,async --workers 2 --blocks 2 --quiet --out letters
    /usr/bin/python3 -c 'import json, os
s = json.load(open("letters/summary.json"))
assert all(c["status"] == "ok" and c["params"]["dir"] == os.path.realpath("text") for c in s["cells"])
assert len({c["checksum"] for c in s["cells"]}) == 1 and all(c["bytes"] == 16 * 1024 for c in s["cells"])'
    "$CONTEND" show letters | grep -q "letters dir=$(realpath text) "
    run "$CONTEND" run --workload letters --set dir=text --set files=3 --out refused
    [ "$status" -eq 1 ]
    [[ "$output" == *"files says what files to make, and has no effect on those of dir"* ]]
}

@test "stream says where its arrays are too small for memory's bandwidth, and which memory is lacking" {
    cat /sys/devices/system/cpu/cpu0/cache/index*/size >sizes || skip "the machine does not tell its caches"
    "$CONTEND" run --workload stream --set size=256KiB --models serial,threads --workers 2 --units 8 --tasks 4 --blocks 1 --quiet --out small
    "$CONTEND" run --workload stream --set size=256KiB --models serial --units 8 --tasks 64 --blocks 1 --quiet --out many
    /usr/bin/python3 - <<'P'
import json
largest = max(int(line.strip().rstrip("K")) for line in open("sizes"))
for run in "small", "many": # of one task: more of them do not help
    for line in list(open(run + "/trials.jsonl"))[1:]:
        told = [w for w in json.loads(line)["warnings"] if "not of memory" in w]
        assert len(told) == (768 < 4 * largest) and all("a task (0 MiB)" in w for w in told), told
P
    run "$CONTEND" run --workload stream --set size=64GiB --models serial --units 8 --tasks 64 --blocks 1 --out large
    [ "$status" -eq 1 ]
    [[ "$output" == *"MiB of memory, "*" MiB are available; choose less or fewer tasks"* ]]
}

@test "a directory next to what says which files to make is refused" {
    mkdir text && seq 500 >text/a
    for set in "file-scan files=3" "file-scan file-size=1KiB" "pipeline files=3" "pipeline size=1MiB"; do
        run "$CONTEND" run --workload "${set% *}" --set dir=text --set "${set#* }" --models async --concurrency 3 --units 3 --tasks 3 --out refused
        [ "$status" -eq 1 ]
        [[ "$output" == *"says what files to make, and has no effect on those of dir"* ]]
    done
    [ ! -e refused ]
    "$CONTEND" run --workload pipeline --set dir=text --set files=16 --models async --concurrency 3 --units 3 --tasks 3 --blocks 1 --quiet --out text.run
}

@test "where files are in memory direct I/O is refused, and a sync is said to wait for nothing" {
    [ "$(stat -f -c %T /dev/shm)" = tmpfs ] && [ -w /dev/shm ] || skip "no tmpfs in /dev/shm"
    for workload in file-read file-write; do
        run "$CONTEND" run --workload "$workload" --set direct=yes --models serial --units 4 --tasks 2 --scratch /dev/shm --out out
        [ "$status" -eq 1 ]
        [[ "$output" == *"is in memory, so direct I/O has no device to reach"* ]]
    done
    for sync in fdatasync none; do
        "$CONTEND" run --workload file-write --set "sync=$sync" --models serial --units 4 --tasks 2 --blocks 1 --scratch /dev/shm --quiet --out "$sync"
    done
    grep -q "a sync there waits for nothing" fdatasync/trials.jsonl
    run grep -q "a sync there waits for nothing" none/trials.jsonl
    [ "$status" -eq 1 ]
}

@test "lists that are given again add up" {
    "$CONTEND" run --workload sleep --workload null --models serial --models async,threads --concurrency 2 --concurrency 4 --units 8 --dry-run \
        >twice 2>/dev/null
    "$CONTEND" run --workload sleep,null --models serial,async,threads --concurrency 2,4 --units 8 --dry-run >once 2>/dev/null
    sed 's/ about .*//' twice >twice.cells # but for the guess at the time it takes
    sed 's/ about .*//' once | diff - twice.cells
    [ "$(grep -c '^sleep\|^null' twice)" -eq 10 ]
}

@test "findings fit 80 columns where there is no terminal, and tables the terminal's where there is one" {
    small one >/dev/null
    "$CONTEND" show one | sed -n '/^findings/,$p' | awk '{ if (length($0) > 90) exit 1 }' # bytes: … and × are three and two
    COLUMNS=80 "$CONTEND" show one >narrow
    grep -q "p99   memory" narrow
    [ "$(grep -c "wrk  conc" narrow)" -eq 0 ]
    grep -q "^columns without room here: wrk, conc, cpu" narrow
    script -qec "stty cols 60; '$CONTEND' show one" /dev/null </dev/null | grep -q "speedup      p99.\?$"
}

@test "where a model takes many times as long, all of them get less work, alike, and a dry run knows its time" {
    limit=$(($(scaled 1000) / 1000 + 1)) # s: a healthy trial must have room
    args=(run --workload null --models serial,async-offload --workers 2 --limit "${limit}s" --blocks 1)
    "$CONTEND" "${args[@]}" --dry-run >plan 2>said
    grep -q "async-offload would take .* so trials of all models have" said
    /usr/bin/python3 -c 'import re
ms = {m[0]: int(m[1]) for m in re.findall(r"null (\S+) .*about (\d+) ms", open("plan").read())}
assert ms["async-offload"] > 2 * ms["serial"], ms'
    "$CONTEND" "${args[@]}" --json --out slow >slow.out 2>said
    /usr/bin/python3 -c 'import json, re
s = json.load(open("slow.out"))
told = int(re.search(r"models have (\d+) units", open("said").read())[1])
# one that is kept from its processing unit for most of a second is killed at its limit all the same
assert s["trials"]["ok"] and [c["planned_units"] for c in s["cells"]] == [told] * 2, (told, s["trials"], s["cells"])
plan = json.loads(open("slow/trials.jsonl").readline())
cut, = plan["cuts"]
assert plan["cells"][cut["cell"]]["model"] == "async-offload" and cut["pilot_model"] == "serial" and cut["units"] == told < cut["units_before"], cut
assert [f["evidence"]["times_less"] > 1 for f in s["findings"] if f["id"] == "cut"] == [True], s["findings"]'
    COLUMNS=400 "$CONTEND" show slow | grep -q "null [0-9]* units, not [0-9]* (async-offload on [0-9]* CPUs* would take .* for what takes serial [0-9]* ms on one)"
    "$CONTEND" run --workload null --models async-offload --workers 2 --limit "${limit}s" --dry-run 2>&1 | grep -q "so its trials have [0-9]* units, not [0-9]*$"
    "$CONTEND" "${args[@]}" --units $((limit * 2000000)) --dry-run 2>&1 | grep -q "async-offload would take .*, and is killed at the limit of $limit s"
}

@test "calibrating says what of a workload it is at, where there is more than one" {
    "$CONTEND" run --workload sleep,null --set time=100us,200us --models serial --dry-run 2>said >plan
    [ "$(grep '^calibrating' said | paste -sd ';')" = 'calibrating sleep time=100us;calibrating sleep time=200us;calibrating null' ]
}

@test "what a run would not heed is refused with what it goes with; values of a parameter that is given again add up" {
    refused() { # TEXT ARGS...
        run "$CONTEND" run "${@:2}" --dry-run
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
        [[ "$output" == *"$1"* ]] || { echo "$output"; return 1; }
    }
    refused "one suite at a time: 'quick' and 'cpu'" quick cpu
    refused '--trial goes with --mode batch' --workload sleep --mode closed --trial 10ms
    refused '--units goes with --mode batch' --workload sleep --mode closed --units 10
    refused '--tasks goes with --mode batch' --workload sleep --mode closed --tasks 10
    refused '--duration goes with --mode closed' --workload sleep --duration 1s
    refused 'give --set once for each parameter' --workload request --set compute=400000,wait=50ms
    cat >both.json <<'S'
{"schema": "contend/suite/1", "name": "both", "runs": [
  {"workload": "sleep", "models": "serial", "mode": "closed", "duration": "10ms"},
  {"workload": "null", "models": "serial"}]}
S
    "$CONTEND" run ./both.json --trial 5ms --duration 5ms --blocks 1 --dry-run >plan 2>said
    [ "$(grep -c '^sleep.*closed\|^null.*batch' plan)" -eq 2 ]
    "$CONTEND" run --workload sleep --set time=1ms --set time=2ms --set time=2ms,3ms --models serial --units 4 --dry-run >plan 2>said
    [ "$(sed -n 's/^sleep \(time=[0-9]ms\) .*/\1/p' plan | paste -sd ' ')" = 'time=1ms time=2ms time=3ms' ]
}

@test "a workload that needs tasks in flight together has them unless told otherwise, and then says what it needs" {
    for workload in switch pingpong responsive pipeline; do
        "$CONTEND" run --workload "$workload" --models threads --units 24 --tasks 24 --dry-run >plan 2>said
        grep -q "^$workload .* threads o1 w\([2-9]\|[1-9][0-9]\+\) .* about " plan
    done
    "$CONTEND" run --workload switch --set ring=2,5 --models threads --workers 1,3 --units 40 --dry-run >plan 2>said
    [ "$(sed -n 's/^switch ring=\([0-9]\) .* o\([0-9]\) w[0-9] c\([0-9]\) .*/\1 \2 \3/p' plan | paste -sd ';')" = '2 1 2;2 3 3;5 1 5;5 3 5' ]
    run "$CONTEND" run --workload switch --set ring=5 --concurrency 4 --dry-run
    [ "$status" -eq 2 ]
    [[ "$output" == *"use --concurrency 5 or more" ]]
    run "$CONTEND" run --workload switch --models serial --dry-run
    [ "$status" -eq 2 ]
    [[ "$output" == *"serial has one and would wait for ever" ]]
}

@test "list tells what a unit is and all choices of a parameter, and one by its name" {
    "$CONTEND" list workloads file-write >one
    grep -q '^ *unit: ' one
    grep -q 'sync=fdatasync (none, fdatasync, fsync): ' one
    [ "$(grep -c 'stresses:' one)" -eq 1 ]
    "$CONTEND" list switch | grep -q 'unit: .*ring'
    "$CONTEND" list file-write --json | /usr/bin/python3 -c 'import json, sys
[w] = json.load(sys.stdin)
choices = {p["name"]: p["choices"] for p in w["params"]}
assert w["name"] == "file-write" and choices["sync"] == ["none", "fdatasync", "fsync"] and choices["every"] is None, choices'
    "$CONTEND" list cpu >two # a suite; no other kind has its heading
    [ "$(grep -c ':$' two)" -eq 1 ]
    [ "$("$CONTEND" list models --names | tr '\n' ' ')" = "$("$CONTEND" list models | sed -n 's/^  \([a-z]\S*\).*/\1/p' | tr '\n' ' ')" ]
    [ "$("$CONTEND" list file-write --names)" = file-write ]
    for args in "nosuch" "models sleep" "nosuch --json" "nosuch --names" "models --names --json"; do
        # shellcheck disable=SC2086
        run "$CONTEND" list $args
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
    done
    COLUMNS=70 "$CONTEND" list >narrow
    /usr/bin/python3 -c 'assert all(len(l.rstrip("\n")) <= 70 for l in open("narrow"))'
}

@test "at --equiv 0% nothing is equivalent" {
    for equiv in 0% 0; do
        "$CONTEND" run --workload sleep --set time=1ms --models serial,threads,processes --units 4 --tasks 2 --blocks 7 --equiv "$equiv" --quiet --json --out "at$equiv" >zero.out
        /usr/bin/python3 -c 'import json
assert {c["verdict"] for c in json.load(open("zero.out"))["comparisons"]} <= {"faster", "slower", "inconclusive"}'
    done
    /usr/bin/python3 -c 'import json # told to be by a release build: a sanitizer'"'"'s tests go the same way
for path in "at0/environment.json", "at0%/environment.json":
    env = json.load(open(path))
    for when in "start", "end":
        for name, value in ("type", "Release"), ("sanitize", "none"), ("flags", "-O2"):
            env[when]["build." + name]["value"] = value
    json.dump(env, open(path, "w"))'
    "$CONTEND" compare at0 at0% --equiv 0% --json | /usr/bin/python3 -c 'import json, sys
assert "equivalent" not in {c["verdict"] for c in json.load(sys.stdin)["cells"]}'
    for args in "--equiv -1%" "--equiv 2" "--precision 0%"; do
        # shellcheck disable=SC2086
        run "$CONTEND" run --workload sleep $args --dry-run
        [ "$status" -eq 2 ]
    done
}

@test "a mistake is answered with what to write" {
    says() { # CODE TEXT ARGS...
        run "$CONTEND" "${@:3}"
        [ "$status" -eq "$1" ] && [ "${#lines[@]}" -eq 1 ] && [[ "$output" == *"$2"* ]] || { echo "$status: $output"; return 1; }
    }
    echo '{"name": "x", "runs": [{"workload": "sleep"}]}' >schema.json
    says 2 'begins with "schema": "contend/suite/1"' run ./schema.json --dry-run
    for key in params parameters; do
        echo '{"schema": "contend/suite/1", "name": "x", "runs": [{"workload": "sleep", "'$key'": {"time": ["1ms"]}}]}' >params.json
        says 2 "unknown key \"$key\", did you mean \"set\"?" run ./params.json --dry-run
    done
    echo '{"schema": "contend/suite/1", "name": "x", "blocs": 2, "runs": [{"workload": "sleep"}]}' >blocs.json
    says 2 'unknown key "blocs", did you mean "blocks"?' run ./blocs.json --dry-run
    says 2 "unknown option '--blok', did you mean '--blocks'?" run --blok 3 --workload sleep
    says 2 "unknown command 'io', did you mean 'run io'?" io
    says 2 "unknown command 'sleep', did you mean 'run --workload sleep'?" sleep --models serial
    says 2 "unknown option '--blok', did you mean '--blocks'?" run quick --models serial --blok 3
    says 2 "unknown option '--qqqqqqqq'; see" run --qqqqqqqq
    for set in "request compute=2ms" "responsive job=2ms" "responsive job=1.5"; do
        says 2 "it is rounds of computing" run --workload "${set% *}" --set "${set#* }" --dry-run
    done
    run "$CONTEND" run --workload request --set compute=many --dry-run
    [[ "$output" == *"got 'many'" ]]
    says 2 "unknown option '-x'; see" run -x
    says 2 "'--wor' may be --workload, --workers" run --wor 3
    says 2 "--quiet takes no value" run --quiet=3
    says 2 "needs --pus LIST" place --order list
    says 2 "needs --pus LIST" run --workload sleep --order list
    says 2 "nothere.json can't be read" run ./nothere.json
    mkdir live
    small live/a >/dev/null
    small live/b >/dev/null
    says 1 "holds the two runs of a comparison: name live/a or live/b" show live
    says 2 "holds the two runs of a comparison; compare them again with: contend compare live/a live/b" compare live
    says 1 "this run has no figure speedup: it needs serial" plot live/a --figure speedup
    says 1 "this run has no figure crossover" plot live/a --figure crossover --format text
    sed -i '5s/"units":/"unit":/' live/a/trials.jsonl
    says 1 "keep the first 4 lines of the file" show live/a
    head -n 4 live/a/trials.jsonl >kept && mv kept live/a/trials.jsonl
    "$CONTEND" run --resume live/a --quiet >/dev/null
    grep -q '"complete": true' live/a/summary.json
}

@test "one is singular, a missing speedup has its reason, and the end says what is there and how to see it again" {
    "$CONTEND" run --workload sleep --set time=1ms --models threads --units 4 --tasks 2 --blocks 1 --quiet --out one >told
    sed '/^findings:/,$d' told >tables # a finding's "1 of 1 trials" is another matter
    run grep -E '\b1 (blocks|trials|cells)\b|\(s\)' tables
    [ "$status" -eq 1 ]
    [ "$(tail -n 2 told | sed -n '1s/.*again: //p')" = 'contend show one' ]
    [ "$(tail -n 1 told)" = one/report.html ]
    grep -q '1 of 1 trial, 1 block,' told
    grep -q 'speedup n/a: .*no serial' told
    "$CONTEND" run --workload sleep --set time=1ms --models threads --units 4 --tasks 2 --blocks 1 --dry-run 2>/dev/null | grep -q '^1 cell, 0 skipped, 1 block: 1 trial, '
    "$CONTEND" run --workload pingpong --models serial,threads --units 4 --tasks 2 --blocks 1 --quiet --out two >told
    grep -q "speedup n/a: .*serial can't do this work" told
    small three >told
    run grep 'speedup n/a' told
    [ "$status" -eq 1 ]
}

@test "the help of an option begins in one column, in as many as there are" {
    for c in run doctor list; do
        "$CONTEND" "$c" --help >whole
        COLUMNS=70 "$CONTEND" "$c" --help >narrow
        /usr/bin/python3 -c '
rows = [l for l in open("whole", encoding="utf-8") if l.startswith("  --")]
assert len(rows) > 2 and all(l[28] == " " and l[29] != " " for l in rows), rows
narrow = [l.rstrip() for l in open("narrow", encoding="utf-8") if l.startswith("  ")]
assert max(map(len, narrow)) <= 70, narrow'
    done
}
