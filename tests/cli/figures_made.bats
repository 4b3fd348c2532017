#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Figures of runs that were measured briefly, and whose journals are then edited: each is drawn from the cells that it needs,
# and from no others; what a journal does not tell is not drawn as 0.

load own_directory
load made_runs

needs_gnuplot() {
    command -v gnuplot >/dev/null || skip "gnuplot is not installed"
}

# A run that has the cells of all figures of one run.
all_kinds() { # OUT
    echo '{"schema": "contend/suite/1", "name": "kinds", "blocks": 2, "runs": [
{"workload": "sleep", "set": {"time": "1ms"}, "models": ["threads", "async"], "concurrency": [2, 8], "units": 16, "tasks": 8},
{"workload": "primes", "set": {"limit": 2000}, "models": ["threads", "threads-gil", "processes"], "workers": 2, "units": 16, "tasks": 4},
{"workload": "falseshare", "set": {"layout": ["packed", "padded"], "count": 100}, "models": ["threads"], "workers": 2, "units": 16, "tasks": 4},
{"workload": "chase", "set": {"size": ["16KiB", "64KiB"], "hops": 100}, "models": ["threads"], "workers": 1, "units": 16, "tasks": 4},
{"workload": "switch", "set": {"size": ["0B", "4KiB"]}, "models": ["threads", "async"], "concurrency": 2, "units": 16, "tasks": 2},
{"workload": "stream", "set": {"size": "256KiB"}, "models": ["threads"], "workers": [1, 2], "units": 16, "tasks": 4},
{"workload": "responsive", "set": {"period": "1ms", "job": 1000}, "models": ["threads", "async"], "concurrency": 2, "units": 16, "tasks": 2}
]}' >kinds.json
    "$CONTEND" run kinds.json --quiet --out "$1" >/dev/null
}

has() { # FILES
    for f in "$@"; do
        [ -s "$f" ] || { echo "no $f among:" && ls "$(dirname "$f")" && return 1; }
    done
}

@test "a run draws the figures that its cells can carry" {
    needs_gnuplot
    all_kinds run
    for format in svg png; do
        has run/figures/{memory-sleep,interpreter-lock,noise,bandwidth-stream,heartbeat-responsive}."$format"
        has run/figures/{false-sharing-falseshare-layout,memory-latency-chase-size,switch-working-set-switch-size}."$format"
        has run/figures/worker-time-{sleep,primes,stream,responsive}."$format"
    done
    [ -z "$(find run/figures -name 'compare*' -o -name '*.tmp')" ]
    mkdir first && mv run/figures/* first/
    "$CONTEND" plot run >/dev/null
    for f in run/figures/*.svg; do
        cmp "$f" "first/$(basename "$f")"
    done
    "$CONTEND" plot run --format pdf --figure noise | grep -q '1 figure in run/figures'
    cp run/figures/noise.pdf first/
    "$CONTEND" plot run --format pdf --figure noise >/dev/null
    cmp run/figures/noise.pdf first/noise.pdf
}

@test "each figure is told in the terminal, with its title, and what it needs where it is not there" {
    all_kinds run
    for figure in memory worker-time interpreter-lock false-sharing memory-latency switch-working-set bandwidth heartbeat noise; do
        "$CONTEND" plot run --figure "$figure" --format text >told
        [ -s told ]
    done
    run "$CONTEND" plot run --figure compare --format text
    [ "$status" -eq 1 ]
    [[ "$output" == *"no figure compare: it needs two runs"* ]]
    "$CONTEND" run --workload sleep --set time=1ms --models threads --units 4 --tasks 2 --blocks 1 --quiet --out one >/dev/null
    for figure in memory interpreter-lock false-sharing memory-latency switch-working-set bandwidth heartbeat noise; do
        run "$CONTEND" plot one --figure "$figure" --format text
        [ "$status" -eq 1 ]
        [[ "$output" == *"no figure $figure: it needs "*"; as in: contend "* ]]
    done
}

@test "of a journal from before tails were kept a worker's rest is not told, and its trials say so" {
    # Of work that sleeps something is left over also where others take the CPUs.
    "$CONTEND" run --workload sleep --set time=1ms --models threads --workers 2 --concurrency 2 --units 16 --tasks 4 --blocks 2 --quiet --out run >/dev/null
    "$CONTEND" plot run --figure worker-time --format text >now
    run grep 'not told' now
    [ "$status" -eq 1 ]
    sed -i 's/"idle_tail_ns":[0-9]*,//g' run/trials.jsonl
    "$CONTEND" plot run --figure worker-time --format text >before
    tr -s ' \n' ' ' <before | grep -q 'not told: not measured'
    "$CONTEND" show run --json | /usr/bin/python3 -c 'import json, sys
for c in json.load(sys.stdin)["cells"]:
    for w in [c["worker_time"]["mean"]] + c["worker_time"]["workers"]:
        assert w["idle_tail_ns"] is None and w["idle_tail_ns_unavailable"] == "not measured", w
        assert w["waiting_ns"] is None and w["untold_ns"] > 0 and w["user_ns"] >= 0, w'
}

@test "parts of a worker add up to the run, and the last worker has no tail" {
    "$CONTEND" run --workload primes --set limit=2000 --models serial,threads,processes,async --workers 2 --units 64 --tasks 8 --blocks 2 --quiet --out run >/dev/null
    /usr/bin/python3 -c 'import json
lines = [json.loads(l) for l in open("run/trials.jsonl")][1:]
for t in lines:
    tails = [w["idle_tail_ns"] for w in t["workers_detail"]]
    assert min(tails) == 0 and max(tails) <= t["wall_ns"], t
for i, c in enumerate(json.load(open("run/summary.json"))["cells"]):
    t = c["worker_time"]
    assert t["trials"] == 2 and len(t["workers"]) == c["workers"], c
    for k, w in enumerate(t["workers"]):
        parts = [v for key, v in w.items() if key.endswith("_ns") and v is not None]
        # CPU time is read after the end, so that alone it may be a little more than the run
        whole = [max(l["wall_ns"], sum(l["workers_detail"][k]["cpu_ns"].values())) for l in lines if l["cell"] == i]
        assert len(whole) == 2 and abs(sum(parts) - sum(whole) / 2) <= 2 * len(parts), (c["id"], w, whole)
    trials = c["each_trial"]
    assert [x["block"] for x in trials] == [0, 1] and all(x["throughput"] > 0 for x in trials), trials
    assert 0 <= trials[0]["began_s"] < trials[1]["began_s"], trials
    assert {x["label"] for x in trials} <= {"undisturbed", "load", "steal", "quota", "speed", "migration", "preemption", "pressure", "stopped"}'
}

@test "two runs are plotted as compare judges them, by their directories or that of a live comparison" {
    needs_gnuplot
    small a
    edit a 'times("serial"); times("async")'
    small b
    edit b 'times("serial", of=2.0); times("async"); at(60)'
    "$CONTEND" plot a b --format text >told
    "$CONTEND" compare a b --json >judged.json
    /usr/bin/python3 - <<'P'
import json
text, c = open("told").read(), json.load(open("judged.json"))
n = c["counts"]
for verdict, cells in n.items():
    assert (f"{verdict} in {cells}" in text) == (cells > 0), (n, text)
assert ("Of 2 cells B is" if n["slower"] + n["faster"] else "differ in none of 2 cells") in text, (n, text)
P
    [ ! -e b/figures/compare.svg ]
    "$CONTEND" plot a b --format png | grep -q '1 figure in b/figures'
    has b/figures/compare.png
    "$CONTEND" plot a b --out elsewhere >/dev/null
    has elsewhere/compare.svg
    mkdir pair && mv a b pair/
    "$CONTEND" plot pair >/dev/null
    has pair/figures/compare.svg
    run "$CONTEND" plot pair --figure noise
    [ "$status" -eq 1 ]
    [[ "$output" == *"no figure noise"* ]]
    run "$CONTEND" plot pair/a nothere
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
    run "$CONTEND" plot pair/a pair/b pair/a
    [ "$status" -eq 2 ]
}
