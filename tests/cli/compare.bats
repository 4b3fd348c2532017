#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# compare: two runs whose truth is made by hand, and two programs side by side of which one is slower by a known share.

setup_file() { # one run, of which each test has a copy
    cd "$BATS_FILE_TMPDIR" || exit 1
    TMPDIR=$BATS_FILE_TMPDIR small one
}

setup() {
    DIR=$(mktemp -d)
    cd "$DIR" || exit 1
    export TMPDIR=$DIR
    cp -r "$BATS_FILE_TMPDIR/one" one
}

teardown() {
    [ -z "${live:-}" ] || kill "$live" 2>/dev/null || true
    cd / && rm -rf "$DIR"
}

# small OUT [MODELS]: a run of two cells, told to be by a release build so that a sanitizer's tests go the same way, on a
# machine whose speed was steady: what a noisy one's canary does to verdicts has its own test.
small() {
    "$CONTEND" run --workload sleep --set time=1ms --units 8 --tasks 4 --models "${2:-serial,async}" --concurrency 4 \
        --blocks 10 --quiet --out "$1" >/dev/null
    edit "$1" 'build("type", "Release"); build("sanitize", "none"); build("flags", "-O2"); canaries()'
}

# Python with the run's journal as `lines` and its environment as `env`, both written back.
edit() { # DIR CODE
    /usr/bin/python3 - "$@" <<'P'
import json, os, random, sys
path, code = sys.argv[1:]
journal = path + "/trials.jsonl"
lines = [json.loads(line) for line in open(journal)]
env = json.load(open(path + "/environment.json")) if os.path.exists(path + "/environment.json") else None
def build(name, value):
    for when in "start", "end":
        if env[when]:
            env[when]["build." + name]["value"] = value
def fact(name, value):
    env["start"][name] = {"value": value, "source": "the test", "status": "ok"}
def canaries(spread=0.001, of=1.0):
    noise = random.Random(path)
    for t in lines[1:]:
        for k in "canary_before_ns", "canary_after_ns":
            t[k] = int(3e5 * of * (1 + spread * noise.uniform(-1, 1)))
def times(model, spread=0.004, of=1.0):
    """Every trial of the model takes the same time but for a little noise, `of` times as long as it would."""
    noise = random.Random(path + model)
    for t in lines[1:]:
        if t["model"] == model:
            t["wall_ns"] = int(2e6 * of * (1 + spread * noise.uniform(-1, 1)))
            t["throughput"] = t["units"] / t["wall_ns"] * 1e9
exec(code)
with open(journal, "w") as f:
    f.writelines(json.dumps(line) + "\n" for line in lines)
if env:
    json.dump(env, open(path + "/environment.json", "w"))
P
}

known() { # DIR FACTOR: both cells' times are made, async's FACTOR times as long
    edit "$1" "times('serial'); times('async', of=$2)"
}

verdict() { # FILE MODEL
    /usr/bin/python3 -c 'import json, sys
print([c["verdict"] for c in json.load(open(sys.argv[1]))["cells"] if c["model"] == sys.argv[2]][0])' "$@"
}

@test "one cell that takes 10 % longer is slower, the other equivalent; exit 3 when asked to fail on it" {
    cp -r one two
    known one 1 && known two 1.1
    "$CONTEND" compare one two --json >j
    /usr/bin/python3 -c 'import json
d = json.load(open("j"))
c = {c["model"]: c for c in d["cells"]}
assert d["design"] == "unpaired" and d["counts"]["slower"] == d["counts"]["equivalent"] == 1, d["counts"]
assert c["async"]["verdict"] == "slower" and c["serial"]["verdict"] == "equivalent"
r = c["async"]["ratio"]
assert r["lower"] < 1 / 1.1 < r["upper"] and c["async"]["p_adjusted"] >= c["async"]["p"]'
    run "$CONTEND" compare one two --fail-on regression
    [ "$status" -eq 3 ]
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
    cp -r one two
    known one 1 && known two 1.003
    "$CONTEND" compare one two --json >j
    /usr/bin/python3 -c 'import json, numpy, scipy.stats
t = {}
for run in "one", "two":
    for line in list(open(run + "/trials.jsonl"))[1:]:
        r = json.loads(line)
        t.setdefault((run, r["model"]), []).append(r["units"] / r["wall_ns"] * 1e9)
cells = json.load(open("j"))["cells"]
p = []
for c in cells:
    a, b = (numpy.log(t[run, c["model"]]) for run in ("one", "two"))
    p.append(scipy.stats.mannwhitneyu(b, a, method="exact").pvalue)
    shift = numpy.exp(numpy.median(numpy.subtract.outer(b, a)))
    assert abs(c["p"] - p[-1]) < 1e-9 and abs(c["ratio"]["median"] - shift) < 1e-9, c
low, high = sorted(range(2), key=lambda i: p[i])
adjusted = {low: min(1, 2 * p[low])}
adjusted[high] = max(adjusted[low], p[high])
for i in range(2):
    assert abs(cells[i]["p_adjusted"] - adjusted[i]) < 1e-9'
}

@test "what is too little or too noisy is inconclusive: exit 4 when asked" {
    cp -r one two
    known one 1
    edit two 'times("serial"); times("async", spread=0.3)'
    run "$CONTEND" compare one two --fail-on regression,inconclusive
    [ "$status" -eq 4 ]
    edit two 'lines[:] = [lines[0]] + [t for t in lines[1:] if t["block"] < 1]'
    run "$CONTEND" compare one two
    [ "$status" -eq 0 ]
    [[ "$output" == *"(incomplete)"* && "$output" == *"(1 trial)"* && "$output" == *"use more --blocks"* ]]
}

@test "a cell that fails in B alone is a regression" {
    cp -r one two
    edit two 'for t in lines[1:]:
    if t["model"] == "async":
        t["status"] = "failed"; t["reason"] = "it fell over"'
    run "$CONTEND" compare one two --fail-on regression:50%
    [ "$status" -eq 3 ]
    [[ "$output" == *"every trial failed in B"* && "$output" == *"1 failed in B alone"* ]]
}

@test "what differs between the environments comes first, the build before the machine" {
    cp -r one two
    known one 1 && known two 1
    edit two 'build("commit", "cafecafecafe"); build("compiler", "Clang 14"); fact("cpu.governor", "powersave|x")
canaries(of=1.25)'
    edit one 'fact("cpu.governor", "performance")'
    "$CONTEND" compare one two >t
    awk '/3 facts of the two environments differ/ {facts = NR} /cafecafecafe$/ {build = NR} /Clang 14$/ {compiler = NR}
         /performance → powersave/ {machine = NR} /measured at two times/ {times = NR} /95 % interval/ {table = NR}
         END {exit !(facts && facts < build && facts < compiler && build < machine && compiler < machine && machine < times && times < table)}' t
    grep -q -e '--live' t
    "$CONTEND" compare one two --json >j
    /usr/bin/python3 -c 'import json
e = json.load(open("j"))["environment"]
assert [f["fact"] for f in e["differs"]][2] == "cpu.governor" and e["machine"] == "slower", e
assert e["canary_speed"]["lower"] < 0.8 < e["canary_speed"]["upper"] * 1.05, e'
    grep -q 'slower, whatever the program' t
}

@test "a verdict that the machine's own speed could account for is withheld, with what is known of that speed" {
    cp -r one two
    known one 1 && known two 1.1
    edit two 'canaries(of=1.1)'
    "$CONTEND" compare one two --json >j
    [ "$(verdict j async)" = inconclusive ]
    [ "$(verdict j serial)" = inconclusive ]
    grep -q 'the machine itself ran at another speed' j
    edit two 'canaries(spread=0.6)'
    "$CONTEND" compare one two --json >j
    [ "$(verdict j async)" = inconclusive ]
    [ "$(verdict j serial)" = inconclusive ]
    grep -q 'how fast the machine itself was is not known well enough' j
    edit two 'canaries(spread=0.2)'
    "$CONTEND" compare one two --json >j
    [ "$(verdict j async)" = slower ]
    [ "$(verdict j serial)" = inconclusive ]
}

@test "where the canary is unknown in a run no verdict stands, and each row says so; side by side it is not needed" {
    cp -r one two
    known one 1 && known two 1.1
    cp -r two steady
    edit two 'for t in lines[1:]:
    for k in "canary_before_ns", "canary_after_ns":
        t[k] = None
        t[k + "_unavailable"] = "it can not be pinned"'
    for runs in "one two" "two one" "two two"; do
        # shellcheck disable=SC2086
        "$CONTEND" compare $runs --json >j
        [ "$(verdict j async)" = inconclusive ]
        [ "$(verdict j serial)" = inconclusive ]
        /usr/bin/python3 -c 'import json
d = json.load(open("j"))
assert d["environment"]["canary_speed"] is None and d["environment"]["canary_speed_unavailable"], d["environment"]
assert d["counts"]["inconclusive"] == 2, d["counts"]'
    done
    "$CONTEND" compare one two --json | grep -q "canary unknown: the trials have none"
    [ "$("$CONTEND" compare one two | grep -c 'canary unknown: ')" -eq 2 ]
    [ "$("$CONTEND" compare one two --format markdown | grep -c 'inconclusive: canary unknown: ')" -eq 2 ]
    run "$CONTEND" compare one two --fail-on regression,inconclusive
    [ "$status" -eq 4 ]
    edit steady 'for t in lines[1:]:
    if t["block"] > 0:
        for k in "canary_before_ns", "canary_after_ns":
            t[k] = None
            t[k + "_unavailable"] = "it can not be pinned"'
    "$CONTEND" compare one steady --json >j
    [ "$(verdict j async)" = inconclusive ]
    grep -q 'canary unknown: too few blocks have one' j
    edit one 'lines[0]["pair"] = {"id": "0x0000000000000007", "side": "a"}; lines[0].pop("pair_unavailable")'
    edit two 'lines[0]["pair"] = {"id": "0x0000000000000007", "side": "b"}; lines[0].pop("pair_unavailable")'
    "$CONTEND" compare one two --json >j
    [ "$(verdict j async)" = slower ]
    [ "$(grep -c 'canary unknown' j)" -eq 0 ]
}

@test "Markdown is short: what changed at once, the largest first, the rest folded; nothing of a name is Markdown" {
    cp -r one two
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
    small third processes
    run "$CONTEND" compare one third
    [ "$status" -eq 1 ]
    [[ "$output" == *"no cell is in both runs"* ]]
}

@test "runs of debug, sanitizer and unknown builds are refused; a summary names the build that made the run" {
    for what in 'build("type", "Debug")' 'build("sanitize", "address,undefined")' 'build("flags", "-O2 --coverage")'; do
        rm -rf two && cp -r one two
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
    cp -r one two
    edit two 'lines[3]["checksum"] = "0x0000000000000001"'
    run "$CONTEND" compare one two
    [ "$status" -eq 6 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ "$output" == *"checksum"* ]]
    rm -rf two && cp -r one two
    edit two 'for t in lines[1:]: t["bytes"] = 4096'
    run "$CONTEND" compare one two
    [ "$status" -eq 6 ]
    [[ "$output" == *"the bytes of sleep"* ]]
}

@test "misuse is one line and exit 2" {
    for args in "" "one" "one one one" "one one --models serial" "one one --fail-on slower" "one one --fail-on regression:5" \
        "one one --fail-on inconclusive:1%" "one one --format html" "--live one" "--live a b --resume one" \
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
    [[ "$output" == *--fail-on* && "$output" == *--until-clear* && "$output" == *--dry-run* && "$output" != *"--resume DIR"* ]]
}
