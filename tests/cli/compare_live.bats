#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# compare --live: two programs side by side, one of which takes three times as long for the same work, or does other work, fails,
# or is no contend at all.

load two_programs

@test "three times as long is slower, ends when that is clear, with exit 3; the two runs afterwards give the same answer" {
    run live ./fast ./slow --fail-on regression:5% --budget "$(scaled 240000)ms" --seed 7 --quiet --out live
    echo "$output"
    [ "$status" -eq 3 ]
    [[ "$output" == *"build.commit"*"fast → slow"*"side by side"*"2 slower"*"ended by: verdict clear"* ]]
    "$CONTEND" compare live/a live/b --json | cmp - live/compare.json
    "$CONTEND" compare live/a live/b >again
    [ "$("$CONTEND" report live)" = live/report.html ]
    "$CONTEND_ROOT/tests/report/html" live/report.html
    grep -q 'class="badge bad">2 slower' live/report.html
    grep -q "contend compare --live ./fast ./slow" live/report.html
    for each in a b; do
        [ -s live/$each/summary.json ]
        [ -s live/$each/topology.xml ]
        "$CONTEND" show live/$each --json | cmp - live/$each/summary.json
    done
    /usr/bin/python3 - <<'P'
import json
d = json.load(open("live/compare.json"))
assert d["design"] == "paired" and d["stop"]["ended_by"] == "verdict clear" and d["counts"]["slower"] == 2, d["counts"]
for c in d["cells"]:
    assert c["ratio"]["lower"] <= c["ratio"]["median"] <= c["ratio"]["upper"] < 1 and c["p_adjusted"] <= 0.05, c
sides, first = {}, []
for side in "a", "b":
    lines = [json.loads(line) for line in open(f"live/{side}/trials.jsonl")]
    assert lines[0]["pair"]["side"] == side
    s = json.load(open(f"live/{side}/summary.json"))
    assert s["complete"] and s["build"]["commit"] == {"a": "fast", "b": "slow"}[side], s["build"]
    sides[side] = {(t["block"], t["position"], t["cell"]): t for t in lines[1:]}
    pair = lines[0]["pair"]["id"] if side == "a" else pair
    assert lines[0]["pair"]["id"] == pair
assert sides["a"].keys() == sides["b"].keys()
for key, a in sides["a"].items():
    first.append(a["started"] < sides["b"][key]["started"])
    assert a["units"] == sides["b"][key]["units"] == 60 and a["checksum"] == sides["b"][key]["checksum"]
assert 0 < sum(first) < len(first), "one side always goes first"
P
}

@test "the slower as A makes B faster, and no regression" {
    run live ./slow ./fast --fail-on regression --budget "$(scaled 240000)ms" --quiet --out live
    [ "$status" -eq 0 ]
    [[ "$output" == *"2 faster"* ]]
}

@test "one program with two plug-ins: the same workload, three times the work in one of them" {
    sed 's|<contend/workload.h>|"bench/workload.h"|' "$CONTEND_ROOT/bench/template/mywork.c" >mywork.c
    sed 's|op_sleep(op, t->wait_ns)|op_sleep(op, 3 * t->wait_ns)|' mywork.c >more.c
    run cmp mywork.c more.c
    [ "$status" -eq 1 ]
    for each in mywork more; do
        cc -std=c11 -O2 -D_GNU_SOURCE -fPIC -shared -I"$CONTEND_ROOT" -o "$each.so" "$each.c"
    done
    run "$CONTEND" compare --live './fast --plugin ./mywork.so' "./fast --plugin './more.so'" --workload mywork --set compute=1 \
        --models threads,async --concurrency 4 --units 32 --tasks 16 --fail-on regression --budget "$(scaled 240000)ms" --quiet --out live
    echo "$output"
    [ "$status" -eq 3 ]
    [[ "$output" == *"plugin.mywork"*"/mywork.so (sha256 "*" → "*"/more.so (sha256 "*"2 slower"* ]]
    grep -q "\"path\":\"$DIR/more.so\"" live/b/trials.jsonl
    "$CONTEND" compare live/a live/b --json | cmp - live/compare.json
    run "$CONTEND" compare --live './fast --plugin ./mywork.so' ./fast --workload mywork --quiet --out bad
    [ "$status" -eq 1 ]
    [[ "$output" == *"unknown workload \"mywork\""* && "$output" == *"mywork fails in B"* ]]
    run "$CONTEND" compare --live './fast --plugin ./nosuch.so' ./fast --workload mywork --quiet --out bad2
    [ "$status" -eq 2 ]
    [ "${#lines[@]}" -eq 1 ]
    [ ! -e bad2 ]
}

# One in twenty such comparisons may be wrong; that four in a row are, one in 160,000.
@test "without --out it has a directory below runs, with the files that the man page names" {
    live ./fast ./fast --blocks 6 --quiet >/dev/null
    sed -n '/^\.I runs\/compare/,/^\.TP/p' "$CONTEND_BUILD/share/man/man1/contend.1" | grep -oE '[a-z]+(\.json|/)' | grep -v '^runs/' | sort -u >names
    (cd runs/compare-* && ls -p) | sort -u | diff - names
}

@test "a program next to itself is not faster or slower" {
    for seed in 7 8 9 10; do
        live ./fast ./fast --budget 6s --seed "$seed" --quiet --out "same$seed" >/dev/null
        # shellcheck disable=SC2016
        /usr/bin/python3 -c 'import json, sys
c = json.load(open(sys.argv[1]))["counts"]
sys.exit(c["faster"] + c["slower"] > 0 or c["equivalent"] + c["inconclusive"] != 2)' "same$seed/compare.json" && return 0
    done
    return 1
}

@test "interrupted, it sums up what there is: exit 130" {
    "$CONTEND" compare --live ./fast ./fast --workload sleep --models threads,async --concurrency 4 --units 64 --tasks 16 \
        --precision 0.001% --out live >out 2>progress 3>&- &
    live=$!
    eventually grep -qs 'block 3' progress
    kill -INT "$live"
    code=0
    wait "$live" || code=$?
    live=
    [ "$code" -eq 130 ]
    grep -q 'pair 2 of 2.*at most [0-9]* s left' progress || { cat progress; false; }
    grep -q 'ended by: interruption' out
    "$CONTEND" compare live/a live/b --json | cmp - live/compare.json
    eventually no_match "^contend trial [0-9]* $DIR"
}

@test "the visits of a suite are for runs that stand apart in time: sides have none" {
    echo '{"schema": "contend/suite/1", "name": "x", "blocks": 3, "visits": 4, "runs":
        [{"workload": "sleep", "set": {"time": "1ms"}, "models": "serial", "units": 4}]}' >suite.json
    "$CONTEND" compare --live ./fast ./fast ./suite.json --blocks 2 --quiet --out live >/dev/null
    head -n 1 live/a/trials.jsonl | grep -q '"blocks":2,"visits":1,"pause_ns":0,'
}

@test "the time of a suite is for run: sides go on as their own rules say" {
    echo '{"schema": "contend/suite/1", "name": "x", "blocks": 30, "time": "1s", "runs":
        [{"workload": "sleep", "set": {"time": "10ms"}, "models": "serial", "units": 40}]}' >suite.json
    "$CONTEND" run ./suite.json --dry-run | grep -qF 'the time of 1 s ends it'
    "$CONTEND" compare --live ./fast ./fast ./suite.json --dry-run >plan 2>said
    grep -qE '^1 cell, 0 skipped, at most 400 blocks: 800 trials' plan
    run grep -q asked said
    [ "$status" -eq 1 ]
}

@test "--blocks is how many there are, and a fixed number is kept to" {
    live ./fast ./slow --blocks 9 --quiet --out live --format json >j
    /usr/bin/python3 -c 'import json
d = json.load(open("j"))
assert d["stop"]["blocks"] == d["stop"]["most_blocks"] == 9 and d["stop"]["ended_by"] == "all blocks", d["stop"]
assert all(c["ratio"]["n"] == 9 for c in d["cells"])
assert d["between"] is None and all(c["estimate_from"] == "pairs" for c in d["cells"])'
}

@test "so few pairs that no slow-down can be excluded end with 4, by any percentage" {
    for what in regression regression:99%; do
        rm -rf live
        run live ./fast ./fast --blocks 2 --fail-on "$what" --quiet --out live
        [ "$status" -eq 4 ]
        [[ "$output" == *"can't be excluded in 2 of 2 cells, and in some none can"* ]]
        run "$CONTEND" compare live/a live/b --fail-on "$what"
        [ "$status" -eq 4 ]
    done
}

@test "what can't be compared is one line, and nothing is on disk" {
    program debug : 'contend 0.1.0 (debug, Debug)'
    program asan : 'contend 0.1.0 (asan, Release, address,undefined)'
    program mute : 'container 0.1.0 (mute, Release)'
    program deaf 'exit 3'
    program garbled 'echo "{}" >&4; exit 0'
    while read -r name says; do
        for order in "./fast ./$name" "./$name ./fast"; do
            # shellcheck disable=SC2086
            run live $order --quiet --out live
            echo "$output"
            [ "$status" -eq 1 ]
            [ "${#lines[@]}" -eq 1 ]
            [[ "$output" == *"./$name"*"$says"* ]]
            [ ! -e live ]
        done
    done <<'P'
debug a Debug build
asan a Release build with -fsanitize=address,undefined
mute is not contend
deaf does not run trials as this program asks
garbled does not run trials as this program asks
absent can't be started
P
}

@test "a cell that one side alone can't do is told and does not hold up the others; with no other it is an error" {
    # the cell that it can do is so much slower there that it is soon clear
    program lame 'cell "model=\"async\"" "model=\"nosuch\""; cell concurrency=6 concurrency=2; cell workers=6 workers=2'
    run live ./fast ./lame --fail-on regression:90% --budget "$(scaled 60000)ms" --quiet --out live
    echo "$output"
    [ "$status" -eq 3 ]
    [[ "$output" == *"every trial failed in B"* && "$output" == *"1 failed in B alone"* ]]
    run "$CONTEND" compare --live ./fast ./lame --workload sleep --models async --quiet --out none
    [ "$status" -eq 1 ]
    [[ "$output" == *"no cell could be measured by both: sleep fails in B"* ]]
}

@test "other work is not a faster program: exit 6" {
    program less 'cell limit=200000 limit=100000'
    run "$CONTEND" compare --live ./fast ./less --workload primes --models serial --units 32 --quiet --out live
    [ "$status" -eq 6 ]
    [[ "$output" == *"the work is not the same in A and B"* ]]
}

@test "a program's name is split as a shell would, so it may hold blanks" {
    mkdir 'my builds' && mv fast "my builds/it's fast"
    run "$CONTEND" compare --live "'my builds/it'\\''s fast'" '"my builds"/it\'"'"'s\ fast' --workload null --models serial --blocks 2 --quiet --out live
    echo "$output"
    [ "$status" -eq 0 ]
    run "$CONTEND" compare --live "my builds/it's fast" ./slow --workload null --quiet --out bad
    [ "$status" -eq 2 ]
    [ "${#lines[@]}" -eq 1 ]
    [ ! -e bad ]
}

@test "--dry-run tells the plan and at most how long, and leaves nothing" {
    touch before plan said
    ls -A | sort >before
    live ./fast ./slow --blocks 5 --dry-run >plan 2>said
    cat plan said
    [ "$(grep -c '^sleep time=1ms .* about [0-9]* ms$' plan)" -eq 2 ]
    grep -qE '^2 cells, 0 skipped, 5 blocks: 20 trials, about [0-9]+ s; nothing was kept or written$' plan
    live ./fast ./slow --dry-run --budget 7s 2>/dev/null | grep -qE '^2 cells, 0 skipped, at most 400 blocks: 1600 trials, at most about [0-9]+ s'
    live ./fast ./slow --dry-run --budget 7s 2>/dev/null | grep -q '^the budget ends it after 7 s$'
    ls -A | sort | diff before -
    run live ./fast ./nosuch --dry-run
    [ "$status" -ne 0 ]
    [ "${#lines[@]}" -eq 1 ]
}
