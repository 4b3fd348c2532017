#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# compare: two runs whose truth is made by hand; what lies between them in time has its own tests, compare_apart.bats.

load made_runs

load ../limit

setup_file() { # one run, of which each test has a copy
    cd "$BATS_FILE_TMPDIR" || exit 1
    TMPDIR=$BATS_FILE_TMPDIR small one
}

setup() {
    DIR=$(mktemp -d)
    cd "$DIR" || exit 1
    export TMPDIR=$DIR CONTEND_STATE=$DIR/state # in which no floor is kept
    cp -r "$BATS_FILE_TMPDIR/one" one
}

teardown() {
    cd / && rm -rf "$DIR"
}

@test "one cell that takes 10 % longer is slower, the other equivalent; exit 3 when asked to fail on it" {
    again two
    known one 1 && known two 1.1
    "$CONTEND" compare one two --json >j
    json j '
assert d["design"] == "unpaired" and d["intervals"] == "t of visits", d["design"]
assert d["counts"]["slower"] == d["counts"]["equivalent"] == 1, d["counts"]
assert c["async"]["verdict"] == "slower" and c["serial"]["verdict"] == "equivalent"
r = c["async"]["ratio"]
assert r["lower"] < 1 / 1.1 < r["upper"] and c["async"]["p_adjusted"] >= c["async"]["p"]
assert abs(c["async"]["slow_down_not_excluded"] - (1 - r["lower"])) < 1e-9, c["async"]
for x in c.values():
    assert x["estimate_from"] == "visits" and 0 < x["visit_spread"] < 0.01, x
    assert x["withheld"] is None and x["widened"] is None, x
assert d["between"] == {"apart_s": 60, "span_s": 48, "visits_a": 3, "visits_b": 3, "floor": None,
                        "floor_unavailable": "none is kept here"}, d["between"]'
    run "$CONTEND" compare one two --fail-on regression
    [ "$status" -eq 3 ]
    [[ "$output" == *"regression: 1 of 2 cells became slower"* ]]
    run "$CONTEND" compare one two --fail-on regression:5%
    [ "$status" -eq 3 ]
    run "$CONTEND" compare one two --fail-on regression:20%,inconclusive
    [ "$status" -eq 0 ]
    run "$CONTEND" compare two one --fail-on regression
    [ "$status" -eq 0 ]
    "$CONTEND" compare two one --json >j
    [ "$(verdict j async)" = faster ]
    run "$CONTEND" compare one two --equiv 20% --fail-on regression
    [ "$status" -eq 0 ]
}

@test "the same numbers by the program and by scipy" {
    again two # in which each cell is the only one of its kind with so many visits: no other tells of its spread
    edit one 'times("serial", spread=0.01); times("async", spread=0.01)'
    edit two 'times("serial", spread=0.01); times("async", spread=0.01, of=1.01)'
    for each in one two; do # the other cell has one visit less
        edit "$each" 'for t in lines[1:]:
    if t["model"] == "async" and t["block"] < 2:
        t["status"] = "failed"; t["reason"] = "it fell over"'
    done
    "$CONTEND" compare one two --json >j
    /usr/bin/python3 -c 'import json, math, numpy, scipy.stats
t = {}
for run in "one", "two":
    for line in list(open(run + "/trials.jsonl"))[1:]:
        r = json.loads(line)
        if r["status"] == "ok":
            t.setdefault((run, r["model"]), {}).setdefault(r["block"] // 2, []).append(math.log(r["units"] / r["wall_ns"] * 1e9))
d = json.load(open("j"))
p = []
apart, span = d["between"]["apart_s"], d["between"]["span_s"]
stretch = 1.25 * math.sqrt(max(1, apart / span)) # as insight/between.h says
for c in d["cells"]:
    a, b = ([numpy.median(v) for v in t[run, c["model"]].values()] for run in ("one", "two"))
    df = len(a) + len(b) - 2
    s2 = (numpy.var(a, ddof=1) * (len(a) - 1) + numpy.var(b, ddof=1) * (len(b) - 1)) / df
    error = stretch * math.sqrt(s2 * (1 / len(a) + 1 / len(b)))
    shift = numpy.mean(b) - numpy.mean(a)
    p.append(2 * scipy.stats.t.sf(abs(shift) / error, df))
    half = scipy.stats.t.ppf(0.975, df) * error
    for name, at in ("median", 0), ("lower", -half), ("upper", half):
        assert abs(c["ratio"][name] / math.exp(shift + at) - 1) < 1e-9, (c, name)
    assert abs(c["p"] - p[-1]) < 1e-9 and abs(c["visit_spread"] / math.sqrt(s2) - 1) < 1e-9, c
low, high = sorted(range(2), key=lambda i: p[i])
adjusted = {low: min(1, 2 * p[low])}
adjusted[high] = max(adjusted[low], p[high])
for i in range(2):
    assert abs(d["cells"][i]["p_adjusted"] - adjusted[i]) < 1e-9'
}

@test "what is too little or too noisy is inconclusive: exit 4 when asked, and when a slow-down can not be excluded" {
    again two
    known one 1
    edit two 'times("serial"); times("async", spread=0.1)'
    run "$CONTEND" compare one two --fail-on inconclusive
    [ "$status" -eq 4 ]
    run "$CONTEND" compare one two --fail-on regression:3%
    [ "$status" -eq 4 ]
    [[ "$output" == *"a slow-down of 3 % can't be excluded in 1 of 2 cells: up to "*" % is possible"* ]]
    run "$CONTEND" compare one two --fail-on regression # that of --equiv, which is 2 %
    [ "$status" -eq 4 ]
    [[ "$output" == *"a slow-down of 2 % can't be excluded in 1 of 2 cells: up to "*" % is possible"* ]]
    run "$CONTEND" compare one two --fail-on regression:90%
    [ "$status" -eq 0 ]
    run "$CONTEND" compare one two --fail-on regression:90%,inconclusive
    [ "$status" -eq 4 ]
    edit two 'lines[:] = [lines[0]] + [t for t in lines[1:] if t["block"] < 1]'
    run "$CONTEND" compare one two
    [ "$status" -eq 0 ]
    [[ "$output" == *"(incomplete)"* && "$output" == *"in 3 and 1 visit."* ]]
}

@test "a cell that fails in B alone is a regression" {
    again two
    edit two 'for t in lines[1:]:
    if t["model"] == "async":
        t["status"] = "failed"; t["reason"] = "it fell over"'
    run "$CONTEND" compare one two --fail-on regression:50%
    [ "$status" -eq 3 ]
    [[ "$output" == *"every trial failed in B"* && "$output" == *"1 failed in B alone"* ]]
}

@test "where more of B's trials failed no slow-down is excluded, be it unclear or not; it is a regression if none of A's did" {
    again two
    known one 1 && known two 1
    local code=3
    for each in two one; do
        edit "$each" 'for t in lines[1:]:
    if t["model"] == "async" and t["block"] < (2 if sys.argv[1] == "two" else 1):
        t["status"] = "failed"; t["reason"] = "it fell over"'
        run "$CONTEND" compare one two --fail-on regression:90%
        [ "$status" -eq $code ]
        [ $code -eq 3 ] || [[ "$output" == *"can't be excluded in 1 of 2 cells, and in some none can"* ]]
        code=4 # some of A's failed, too, but fewer
        for spread in 0.001 0.3; do
            edit two "times('async', spread=$spread)"
            "$CONTEND" compare one two --json >j
            json j 'x = c["async"]
assert x["verdict"] == "inconclusive" and "more of B" in x["withheld"] and x["slow_down_not_excluded"] is None, x'
        done
    done
}

@test "what differs between the environments comes first, the build before the machine" {
    again two
    known one 1 && known two 1
    edit two 'build("commit", "cafecafecafe"); build("compiler", "Clang 14"); fact("cpu.governor", "powersave|x")
canaries(of=1.25)'
    edit one 'fact("cpu.governor", "performance")'
    "$CONTEND" compare one two >t
    awk '/3 facts of the two environments differ/ {facts = NR} /cafecafecafe$/ {build = NR} /Clang 14$/ {compiler = NR}
         /performance → powersave/ {machine = NR} /were measured 60 s apart/ {times = NR} /95 % interval/ {table = NR}
         END {exit !(facts && facts < build && facts < compiler && build < machine && compiler < machine && machine < times && times < table)}' t
    "$CONTEND" compare one two --json >j
    /usr/bin/python3 -c 'import json
e = json.load(open("j"))["environment"]
assert [f["fact"] for f in e["differs"]][2] == "cpu.governor" and e["machine"] == "slower", e
assert e["canary_speed"]["lower"] < 0.8 < e["canary_speed"]["upper"] * 1.05, e'
    grep -q 'slower, whatever the program' t
}

@test "what the machine's own speed could account for is no verdict, by a canary that resembles the work" {
    again two
    known one 1 && known two 1.1
    edit two 'canaries(of=1.1)'
    "$CONTEND" compare one two --json >j
    json j '
for x in c.values(): # one slower, one as fast as before on a slower machine: neither is known to be so
    assert x["verdict"] == "inconclusive" and x["withheld"] is None, x
    assert re.search("by the canary \"(chain|syscall)\" the machine itself ran at 0.9", x["widened"]), x
    assert x["p"] is None and x["p_adjusted"] is None and "was widened" in x["p_unavailable"] and x["p_adjusted_unavailable"], x
    assert abs(x["slow_down_not_excluded"] - max(0, 1 - x["ratio"]["lower"])) < 1e-9, x
    assert x["ratio"]["lower"] < 1 / 1.1 or x["model"] == "serial"
assert abs(c["async"]["ratio"]["median"] - 1 / 1.1) < 0.01 and c["async"]["ratio"]["upper"] > 1, c["async"]
assert d["environment"]["canaries"]["syscall"]["verdict"] == d["environment"]["machine"] == "slower"'
    run "$CONTEND" compare one two --fail-on regression
    [ "$status" -eq 4 ]
    [[ "$output" == *"a slow-down of 2 % can't be excluded in 1 of 2 cells: up to "*" % is possible"* ]]
    edit two 'times("async", of=3)' # slower than that explains
    "$CONTEND" compare one two --json >j
    json j '
x = c["async"]
assert x["verdict"] == "slower" and x["withheld"] is None and x["widened"] and x["p"] is None, x
assert x["ratio"]["lower"] < 1 / 3 and x["ratio"]["upper"] > 1.09 / 3, x["ratio"]'
    "$CONTEND" compare one two | tr -s '\n ' ' ' | grep -qE 'widened: by the canary "(chain|syscall)" the machine itself ran at 0.9'
    known two 1.1
    edit two 'canaries(of=1.5, kinds=("stores", "loads", "independent", "page-fault"))' # no part of waiting for a timer
    "$CONTEND" compare one two --json >j
    json j '
assert c["async"]["verdict"] == "slower" and c["serial"]["verdict"] == "equivalent", c
assert d["environment"]["canaries"]["stores"]["verdict"] == "slower" and d["environment"]["machine"] == "equivalent"
assert all(x["withheld"] is None and x["widened"] is None for x in c.values())'
    edit two 'canaries(spread=0.6)' # too noisy to tell anything
    "$CONTEND" compare one two --json >j
    [ "$(verdict j async)" = slower ]
}

@test "time that workers waited for a CPU widens by what it cost them, on the side that it explains" {
    known one 1
    again two
    edit two 'times("serial", of=2); times("async"); load(0, waited=0.5)'
    again three
    edit three 'times("serial", of=2); times("async")'
    "$CONTEND" compare one three --json >j # nobody waited: it is slower
    json j 'assert c["serial"]["verdict"] == "slower" and c["serial"]["widened"] is None, c'
    "$CONTEND" compare one two --json >j
    json j 'x, y = c["serial"], c["async"]
assert x["verdict"] == "inconclusive" and x["ratio"]["lower"] < 0.51 and x["ratio"]["upper"] > 0.99, x
assert "the workers waited for a CPU 0 % of the time in A and 50 % in B" in x["widened"] and x["p"] is None, x
assert y["ratio"]["upper"] > 1.9 and y["ratio"]["lower"] > 0.98, y # half of the time, and as fast: it would be twice as fast'
}

@test "other processes in one of the runs widen by what they can take from a cell, on the side that they explain" {
    again two
    known one 1 && known two 1.1
    for each in one two; do # one computes all the time, one waits for half of it
        edit "$each" 'fact("cpu.online_count", 4)
for t in lines[1:]:
    t["cpu_ns"] = {"user": int(t["wall_ns"] * (0.9 if t["model"] == "async" else 0.4)), "system": int(t["wall_ns"] * 0.1)}'
    done
    "$CONTEND" compare one two --json >was
    edit two 'load(1.5)'
    for runs in "one two" "two one"; do
        # shellcheck disable=SC2086
        "$CONTEND" compare $runs --json >j
        json j 'was = {x["model"]: x["ratio"] for x in json.load(open("was"))["cells"]}
e = d["environment"]
assert sorted((round(e["foreign_cpus_a"], 3), round(e["foreign_cpus_b"], 3))) == [0, 1.5], e
in_b = e["foreign_cpus_b"] > 1
for model, more in ("async", 1.5), ("serial", 0.75):
    x, w = c[model], was[model]
    assert x["withheld"] is None and "other processes used" in x["widened"] and x["p"] is None, x
    low, high = (w["lower"], w["upper"] * (1 + more)) if in_b else (1 / w["upper"] / (1 + more), 1 / w["lower"])
    assert abs(x["ratio"]["lower"] / low - 1) < 1e-6 and abs(x["ratio"]["upper"] / high - 1) < 1e-6, (x, w)
    assert x["verdict"] == "inconclusive", x'
    done
    "$CONTEND" compare one two | grep -q '0.00 CPUs in A, 1.50 in B'
    [ "$("$CONTEND" compare one two | grep -c 'other processes used 0.00 CPUs during')" -eq 2 ]
    run "$CONTEND" compare two one --fail-on regression # B may be slower by what A had to share
    [ "$status" -eq 4 ]
    edit two 'load(0.1)' # of 4 CPUs, no matter
    "$CONTEND" compare one two --json >j
    [ "$(verdict j async)" = slower ]
    json j 'assert all(x["widened"] is None for x in c.values()), c'
}

@test "where a run has no canary, or did not count what others used, that tells nothing for or against a verdict" {
    again two
    known one 1 && known two 1.1
    edit two 'for t in lines[1:]:
    t["foreign_cpu_ns"] = None
    t["foreign_cpu_ns_unavailable"] = "not here"
    for k in "before_ns", "after_ns":
        for at, name in [(t, "canary_" + k)] + [(both, k) for both in t["canaries"].values()]:
            at[name] = None
            at[name + "_unavailable"] = "it can not be pinned"'
    for runs in "one two" "two one"; do
        # shellcheck disable=SC2086
        "$CONTEND" compare $runs --json >j
        json j 'e = d["environment"]
assert c["async"]["verdict"] in ("slower", "faster") and c["serial"]["verdict"] == "equivalent", c
assert e["canary_speed"] is None and e["canary_speed_unavailable"] and e["machine"] == "inconclusive", e
assert all(k["speed"] is None and k["verdict"] == "inconclusive" for k in e["canaries"].values()), e
assert None in (e["foreign_cpus_a"], e["foreign_cpus_b"]), e'
    done
    [ "$("$CONTEND" compare one two | grep -c 'not known: the trials have no canary of this kind')" -eq 6 ]
}

@test "Markdown is short: what changed at once, the largest first, the rest folded; nothing of a name is Markdown" {
    again two
    edit one 'times("serial"); times("async"); fact("cpu.governor", "a|b<c>")'
    edit two 'times("serial", of=1.05); times("async", of=1.3); fact("cpu.governor", "*d*")'
    "$CONTEND" compare one two --format markdown >m
    head -n 1 m | grep -q '^### contend: B against A: 0 faster, 2 slower'
    [ "$(grep -c '\*\*slower\*\*' m)" -eq 2 ]
    grep '\*\*slower\*\*' m | head -n 1 | grep -q async
    grep -qF 'a\|b&lt;c> | \*d\* |' m
    [ "$(grep -c '<details>' m)" -eq "$(grep -c '</details>' m)" ]
    edit two 'times("async")'
    "$CONTEND" compare one two --format markdown | grep -q '1 other cell'
}

@test "cells that only one of the two has are listed; with none in both there is nothing to compare" {
    small other serial,threads
    "$CONTEND" compare one other >t
    grep -q 'only in A: sleep time=1ms async' t
    grep -q 'only in B: sleep time=1ms threads' t
    "$CONTEND" compare one other --json | /usr/bin/python3 -c 'import json, sys
d = json.load(sys.stdin)
assert len(d["cells"]) == 1 and d["only_a"][0]["model"] == "async" and d["only_b"][0]["model"] == "threads"'
    known one 1
    edit other 'at(60); times("serial"); times("threads")'
    run "$CONTEND" compare one other --fail-on regression:90%
    [ "$status" -eq 4 ] # what is not there may have become anything
    [[ "$output" == *"1 cell of A is not in B, so a slow-down can't be excluded there"* ]]
    small third processes
    run "$CONTEND" compare one third
    [ "$status" -eq 1 ]
    [[ "$output" == *"no cell is in both runs"* ]]
}

@test "runs of debug, sanitizer and unknown builds are refused; a summary names the build that made the run" {
    for what in 'build("type", "Debug")' 'build("sanitize", "address,undefined")' 'build("flags", "-O2 --coverage")'; do
        rm -rf two && again two
        edit two "$what"
        for order in "one two" "two one"; do
            # shellcheck disable=SC2086
            run "$CONTEND" compare $order
            [ "$status" -eq 1 ]
            [ "${#lines[@]}" -eq 1 ]
            [[ "$output" == *"two is not for comparing"* ]]
        done
        "$CONTEND" show two | grep -q 'not for comparing'
    done
    edit two 'build("type", "Debug"); build("commit", "cafecafecafe")'
    "$CONTEND" show two --json | /usr/bin/python3 -c 'import json, sys
b = json.load(sys.stdin)["build"]
assert b["type"] == "Debug" and b["commit"] == "cafecafecafe", b'
    rm two/environment.json
    "$CONTEND" show two --json | /usr/bin/python3 -c 'import json, sys
s = json.load(sys.stdin)
assert s["build"] is None and s["build_unavailable"], s["build"]'
    run "$CONTEND" compare one two
    [ "$status" -eq 1 ]
    [[ "$output" == *"no environment file"* ]]
}

@test "void work, and the same work that was not the same, end with 6" {
    again two
    edit two 'lines[3]["checksum"] = "0x0000000000000001"'
    run "$CONTEND" compare one two
    [ "$status" -eq 6 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ "$output" == *"checksum"* ]]
    rm -rf two && again two
    edit two 'for t in lines[1:]: t["bytes"] = 4096'
    run "$CONTEND" compare one two
    [ "$status" -eq 6 ]
    [[ "$output" == *"the bytes of sleep"* ]]
}

@test "misuse is one line and exit 2" {
    for args in "" "one" "one one one" "one one --models serial" "one one --fail-on slower" "one one --fail-on regression:5" \
        "one one --fail-on inconclusive:1%" "one one --format html" "--live one" "--live a b --resume one" \
        "--live a b --floor f" "one two --floor" \
        "--live a b" "--live a b --workload nosuch"; do
        # shellcheck disable=SC2086
        run "$CONTEND" compare $args
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
    done
    run "$CONTEND" compare --live "'a" b --workload null
    [ "$status" -eq 2 ]
    [[ "$output" == *"'a"* ]]
    run "$CONTEND" compare one nosuch
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
    run "$CONTEND" compare --help
    [ "$status" -eq 0 ]
    [[ "$output" == *--fail-on* && "$output" == *"--floor FILE"* && "$output" == *--until-clear* && "$output" == *--dry-run* && "$output" == *"--resume DIR"* && "$output" != *"--visits N"* ]]
}
