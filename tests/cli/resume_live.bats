#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# compare --live --resume: a comparison that was cut short at any moment goes on by the same plan, pair by pair.

load two_programs

# Of a whole comparison: as if it had been killed when A had so many lines, and B so many.
cut_to() { # DIR LINES-OF-A LINES-OF-B
    head -n "$2" "$1/a/trials.jsonl" >lines && mv lines "$1/a/trials.jsonl"
    head -n "$3" "$1/b/trials.jsonl" >lines && mv lines "$1/b/trials.jsonl"
    rm -f "$1/compare.json" "$1"/?/summary.json
}

# Every file of the directory, to see that none was touched.
content() { # DIR
    find "$1" -type f -exec sha256sum {} + | sort
}

@test "killed at any moment, it is resumed until it is whole: the same plan, each trial once" {
    "$CONTEND" compare --live ./fast ./slow "${CELLS[@]}" --blocks 12 --quiet --out live >/dev/null 2>&1 3>&- &
    live=$!
    eventually lines_in 2 live/a/trials.jsonl
    eventually lines_in 1 live/b/trials.jsonl
    head -qn 1 live/?/trials.jsonl >plans
    kills=0
    for i in 1 2 3 4 5 6; do
        ! kill -KILL "$live" 2>/dev/null || kills=$((kills + 1))
        wait "$live" || true
        eventually no_match "^contend trial [0-9]* $DIR"
        [ "$i" -ne 3 ] || printf '{"torn": ' >>live/b/trials.jsonl
        "$CONTEND" compare --live --resume live --quiet >told 2>&1 3>&- &
        live=$!
        sleep "0.$((RANDOM % 40 + 10))"
    done
    code=0
    wait "$live" || code=$?
    live=
    cat told
    [ "$code" -eq 0 ] || grep -q 'is finished' told # the one before was over sooner than it could be killed
    [ "$kills" -ge 2 ] || skip "it was over after $kills kills"
    head -qn 1 live/?/trials.jsonl | cmp - plans
    of_both live 'for t in trials:
    assert len(t) == 24 and all(x["status"] == "ok" for x in t), len(t)
places = [{(x["block"], x["cell"]): x["position"] for x in t} for t in trials]
assert places[0] == places[1]
assert all(plan[0]["order"][b * 2 + p] == c for (b, c), p in places[0].items())'
    "$CONTEND" compare live/a live/b --json | cmp - live/compare.json
    grep -q '"ended_by": "all blocks"' live/compare.json
    grep -q '"complete": true' live/a/summary.json
    grep -q '"complete": true' live/b/summary.json
}

@test "half a pair and an unfinished line are cut off, and what is missing is measured, pair by pair" {
    live ./fast ./slow --blocks 6 --quiet --out live >/dev/null
    while read -r of_a of_b; do
        cp -r live cut
        cut_to cut "$of_a" "$of_b"
        cp -r cut before
        printf '{"schema":"contend/tri' >>cut/b/trials.jsonl
        "$CONTEND" compare --live --resume cut >told 2>said
        cat said
        whole=$((of_a < of_b ? of_a : of_b)) half=""
        [ "$of_a" -eq "$of_b" ] || half="; half a pair was cut off"
        grep -q "^cut: $((2 * whole - 2)) of 24 trials are there; an unfinished last line was cut off$half$" said
        for side in a b; do
            [ "$(wc -l <cut/$side/trials.jsonl)" -eq 13 ]
            cmp <(head -n "$whole" cut/$side/trials.jsonl) <(head -n "$whole" before/$side/trials.jsonl)
        done
        # each pair was measured in one go: no trial of the other pairs lies between its two
        of_both cut 'assert [len(t) for t in trials] == [12, 12]
for x, y in zip(*trials):
    assert (x["block"], x["cell"]) == (y["block"], y["cell"])
    lo, hi = sorted((x["started"], y["started"]))
    assert not any(lo < t["started"] < hi for t in trials[0] + trials[1])'
        grep -q 'ended by: all blocks' told
        rm -r cut before
    done <<'P'
8 7
7 8
1 1
13 12
P
    # trials that were not measured next to each other are no pair
    cp -r live cut
    cut_to cut 9 3
    content cut >before
    run "$CONTEND" compare --live --resume cut --quiet
    echo "$output"
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ "$output" == *"cut/a has 8 trials and cut/b 2"*"head -n 3"* ]]
    content cut | cmp - before
    head -n 9 live/a/trials.jsonl | sed 3d >cut/a/trials.jsonl # as many, and others
    head -n 8 live/b/trials.jsonl >cut/b/trials.jsonl
    content cut >before
    run "$CONTEND" compare --live --resume cut --quiet
    echo "$output"
    [ "$status" -eq 1 ]
    [[ "$output" == *"was measured by one of the two alone"* ]]
    content cut | cmp - before
}

@test "interrupted, it says how to go on, and goes on from anywhere to the end" {
    "$CONTEND" compare --live ./fast ./slow "${CELLS[@]}" --blocks 40 --out live >out 2>progress 3>&- &
    live=$!
    eventually grep -qs 'block 3' progress
    kill -INT "$live"
    code=0
    wait "$live" || code=$?
    live=
    [ "$code" -eq 130 ]
    grep -q 'go on with: contend compare --live --resume live$' progress
    grep -q 'ended by: interruption' out
    of_a=$(wc -l <live/a/trials.jsonl) of_b=$(wc -l <live/b/trials.jsonl)
    before=$((2 * (of_a < of_b ? of_a : of_b)))
    [ "$before" -lt 162 ]
    code=0
    (cd / && "$CONTEND" compare --live --resume "$DIR/live" --json --fail-on regression:5% >"$DIR/j" 2>"$DIR/said") || code=$?
    cat said
    [ "$code" -eq 3 ]
    grep -q "live: $((before - 2)) of 160 trials are there" said
    cmp j live/compare.json
    of_both live 'assert [len(t) for t in trials] == [80, 80]'
    [ -s live/a/environment-2.json ]
    [ -s live/b/environment-2.json ]
}

@test "a rule ends it where the whole one ended" {
    live ./fast ./slow --seed 7 --budget "$(scaled 240000)ms" --quiet --out live >/dev/null
    grep -q '"ended_by": "verdict clear"' live/compare.json
    had=$(wc -l <live/a/trials.jsonl)
    cp -r live cut
    cut_to cut $((had - 2)) $((had - 1)) # without the last block, but for half a pair
    "$CONTEND" compare --live --resume cut --quiet >/dev/null
    grep -q '"ended_by": "verdict clear"' cut/compare.json
    [ "$(wc -l <cut/a/trials.jsonl)" -ge "$had" ]
    # killed after its last trial: it is summed up, and no trial is added
    rm live/compare.json live/b/summary.json
    "$CONTEND" compare --live --resume live --quiet >/dev/null
    grep -q '"ended_by": "verdict clear"' live/compare.json
    [ -s live/b/summary.json ]
    of_both live "assert [len(t) + 1 for t in trials] == [$had, $had]"
    run "$CONTEND" compare --live --resume live # now it is finished
    [ "$status" -eq 1 ]
    [[ "$output" == *"live is finished: "* ]]
}

@test "another build, another machine, another plan, or what is no unfinished comparison is refused in one line, and nothing is changed" {
    live ./fast ./slow --blocks 4 --quiet --out live >/dev/null
    cp -r live whole
    cut_to live 5 4
    content live >before
    refused() { # CODE TEXT ARGS...
        run "$CONTEND" "${@:3}"
        echo "$output"
        [ "$status" -eq "$1" ]
        [ "${#lines[@]}" -eq 1 ]
        [[ "$output" == *"$2"* ]]
        content live | cmp - before
    }
    for option in "--blocks 3" "--budget 9s" "--seed 2" "--models serial" "--set time=5ms" "--out x" "--dry-run" "--plugin x.so" "--until-clear"; do
        # shellcheck disable=SC2086
        refused 2 "it takes no ${option%% *}" compare --live --resume live $option
    done
    refused 2 "it takes no program or suite" compare --live ./fast ./slow --resume live
    refused 2 "takes no --visits" compare --live --resume live --visits 2
    refused 2 "--resume is for --live" compare live/a live/b --resume live
    program slow 'cell concurrency=6 concurrency=2' 'contend 0.1.0 (slower, Release)'
    refused 1 "build.commit was 'slow' and is 'slower'" compare --live --resume live --quiet
    rm slow
    refused 1 "$DIR/./slow can't be started" compare --live --resume live --quiet
    program slow :
    sed -i '/"cpu.model"/,/value/s/"value": "[^"]*"/"value": "Another CPU"/' live/b/environment.json
    content live >before
    refused 1 "cpu.model was 'Another CPU' and is " compare --live --resume live --quiet
    refused 1 "is finished: compare its two runs again with: contend compare whole/a whole/b" compare --live --resume whole
    refused 1 "is no live comparison" compare --live --resume live/a
    refused 1 "nosuch can't be opened" compare --live --resume nosuch
    refused 1 "go on with both: contend compare --live --resume live/a/.." run --resume live/a
    refused 1 "go on with it: contend compare --live --resume live" run --resume live
    sed -i '1s/"program":"[^"]*"/"was":""/' live/a/trials.jsonl
    content live >before
    refused 1 "live/a does not name its program" compare --live --resume live
    cp whole/a/trials.jsonl live/b/trials.jsonl
    content live >before
    refused 1 "not the sides of one live comparison" compare --live --resume live
}

@test "two at once never go on with one comparison" {
    "$CONTEND" compare --live ./fast ./slow "${CELLS[@]}" --blocks 400 --quiet --out live >/dev/null 2>&1 3>&- &
    live=$!
    eventually lines_in 2 live/a/trials.jsonl
    eventually lines_in 1 live/b/trials.jsonl
    run "$CONTEND" compare --live --resume live
    [ "$status" -eq 1 ]
    [[ "$output" == *"held by another run"* ]]
    kill -TERM "$live"
    code=0
    wait "$live" || code=$?
    live=
    [ "$code" -eq 130 ]
}

@test "each side's plug-ins go on with it: those of its journal, and no others" {
    sed 's|<contend/workload.h>|"bench/workload.h"|' "$CONTEND_ROOT/bench/template/mywork.c" >mywork.c
    sed 's|op_sleep(op, t->wait_ns)|op_sleep(op, 20 * t->wait_ns)|' mywork.c >more.c
    for each in mywork more; do
        cc -std=c11 -O2 -D_GNU_SOURCE -fPIC -shared -I"$CONTEND_ROOT" -o "$each.so" "$each.c"
    done
    "$CONTEND" compare --live './fast --plugin ./mywork.so' "./fast --plugin ./more.so" --workload mywork --set compute=1 \
        --models threads,async --concurrency 4 --units 32 --tasks 16 --blocks 9 --quiet --out live >/dev/null
    cut_to live 7 6
    content live >before
    mv more.so kept.so
    cp mywork.so more.so
    run "$CONTEND" compare --live --resume live --quiet
    echo "$output"
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ "$output" == *"more.so has changed since this run was planned"* ]]
    content live | cmp - before
    mv kept.so more.so
    run "$CONTEND" compare --live --resume live --quiet --fail-on regression
    echo "$output"
    [ "$status" -eq 3 ]
    [[ "$output" == *"/mywork.so (sha256 "*" → "*"/more.so (sha256 "*"2 slower"* ]]
    of_both live 'assert [len(t) for t in trials] == [18, 18]
assert all(x["status"] == "ok" for t in trials for x in t)'
}

# A program that keeps, of each trial, the golden value and the size of the file of marks that it was told of.
telling() { # NAME COMMANDS-BEFORE-A-TRIAL
    # shellcheck disable=SC2016
    program "$1" "$2"'
        cat <&3 >asked.$$
        fd=$(sed -n "s/.*\"golden_fd\":\([0-9]*\).*/\1/p" asked.$$)
        value=$(sed -n "s/.*\"golden\":\"\([^\"]*\)\".*/\1/p" asked.$$)
        echo "value $value, bytes $([ -z "$fd" ] || stat -L -c %s /proc/self/fd/$fd)" >>golden.'"$1"'
        exec 3<asked.$$
        rm asked.$$'
}

@test "batch: each program finds out once what its own work comes to, and is told so before all later trials" {
    telling one 'cell limit=20000 limit=20000;'
    telling two 'cell limit=20000 limit=10000;'
    run "$CONTEND" compare --live ./one ./two --workload primes --set limit=20000 --models threads,processes --units 64 --tasks 16 --blocks 3 \
        --quiet --out live
    [ "$status" -eq 6 ] # the work is not the same
    tail -n 2 golden.one >of_one
    tail -n 2 golden.two >of_two
    cat of_one of_two
    for each in of_one of_two; do
        [ "$(sed -n 1p $each)" = 'value , bytes ' ]
        sed -n 2p $each | grep -qx 'value 0x[0-9a-f]*, bytes '
    done
    run cmp of_one of_two # nor is what it should come to
    [ "$status" -eq 1 ]
    rm -f golden.*
    "$CONTEND" compare --live ./one ./one --workload primes --set limit=20000 --models threads,processes --units 64 --tasks 16 --blocks 3 \
        --quiet --out same >/dev/null
    tail -n 12 golden.one >told # of both sides; before it the pilots
    cat told
    [ "$(grep -cx 'value , bytes ' told)" -eq 2 ]
    grep -x 'value 0x[0-9a-f]*, bytes ' told | sort | uniq -c | grep -qE '^ *10 '
}

@test "closed: each program is told of the marks that its own trials before left" {
    telling one :
    "$CONTEND" compare --live ./one ./one --workload primes --set limit=20000 --models threads --mode closed --duration 20ms --blocks 4 --quiet \
        --out live >/dev/null
    tail -n 8 golden.one >told
    cat told
    [ "$(grep -cx 'value , bytes 0' told)" -eq 2 ]
    [ "$(grep -cxE 'value , bytes [1-9][0-9]*' told)" -eq 6 ]
}
