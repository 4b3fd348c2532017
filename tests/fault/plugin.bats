#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Plug-ins, built with the installed header and pkg-config alone: the template, what is refused and how, what travels with a
# run, and that the installed program finds its own files.

bats_require_minimum_version 1.5.0

load common

setup_file() {
    install_contend
}

setup() {
    scratch_setup
    B=$CONTEND_ROOT/tests/fault/plugins/broken.c
}

teardown() {
    scratch_teardown
}

refused() { # PATTERN FILE...: by run and by list, in one line, with exit code 2, and nothing on disk
    local pattern=$1 c
    shift
    ls -A >"$BATS_TEST_TMPDIR/before"
    for c in "list workloads" "run --workload broken --out refused"; do
        # shellcheck disable=SC2046,SC2086
        run "$INSTALLED" $c $(printf -- '--plugin %s ' "$@")
        echo "$status: $output" >&2
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
        [[ "$output" == *$pattern* ]]
    done
    ls -A | diff "$BATS_TEST_TMPDIR/before" -
}

@test "the template builds outside the tree and runs under every model" {
    cp -r "$BATS_FILE_TMPDIR/usr/share/contend/template" work
    cd work
    make CFLAGS='-std=c11 -O2 -Wall -Wextra -Werror'
    "$INSTALLED" list workloads --json --plugin ./mywork.so | /usr/bin/python3 -c 'import json, sys
w = [w for w in json.load(sys.stdin) if w["name"] == "mywork"][0]
assert [p["name"] for p in w["params"]] == ["compute", "wait"] and w["params"][1]["unit"] == "ns", w
assert [e["id"] for e in w["expectations"]] == ["waits-add-up"] and w["lesson"] is None, w'
    # the command that checks what it expects can be pasted, from anywhere
    check=$(COLUMNS=4000 "$INSTALLED" list workloads mywork --plugin ./mywork.so | sed -n 's/.*check waits-add-up: contend //p')
    (cd / && eval "\"\$INSTALLED\" $check --dry-run" >/dev/null 2>&1)
    "$INSTALLED" run --plugin ./mywork.so --workload mywork,sleep --models all --concurrency 4 --units 16 --tasks 8 --blocks 2 \
        --quiet --out out
    [ "$(grep -c '"status":"ok"' out/trials.jsonl)" -eq $((2 * 2 * $(listed_models))) ]
    "$INSTALLED" show out | grep -q '^mywork compute=20000 wait=1ms'
}

@test "a plug-in's expectations are checked, also from the journal alone; its author's words are shown as such" {
    plugin "$BATS_FILE_TMPDIR/usr/share/contend/template/mywork.c" mywork.so
    "$INSTALLED" run --plugin ./mywork.so --workload mywork --models serial,async --concurrency 8 --units 160 --tasks 16 --blocks 6 --quiet --out out >tables
    grep -A9 '^expectations' tables | grep -q 'mywork: waits-add-up'
    grep -q '"id":"waits-add-up"' out/trials.jsonl
    rm mywork.so
    "$INSTALLED" show out | grep -A9 '^expectations' | grep -q 'mywork: waits-add-up'
    "$INSTALLED" show out --json | /usr/bin/python3 -c 'import json, sys
x = json.load(sys.stdin)["expectations"]
assert [(e["id"], e["workload"], e["evidence"]["pairs"]) for e in x] == [("waits-add-up", "mywork", 1)], x'
    head -1 out/trials.jsonl | /usr/bin/python3 -c 'import json, sys
plan = json.load(sys.stdin)
del plan["plugins"][0]["workloads"][0]["expectations"]
print(json.dumps(plan))' >older # as a version wrote it that knew none
    tail -n +2 out/trials.jsonl >>older && mv older out/trials.jsonl
    "$INSTALLED" show out >tables
    run -1 grep '^expectations' tables
    plugin "$B" broken.so -DCASE=0
    "$INSTALLED" list workloads broken --plugin ./broken.so | grep -q 'its author expects: none'
}

@test "a suite may name a plug-in's workload" {
    plugin "$B" broken.so -DCASE=0
    echo '{"schema": "contend/suite/1", "name": "x", "blocks": 1, "runs": [{"workload": "broken", "models": ["serial"]}]}' >x.json
    "$INSTALLED" run ./x.json --plugin ./broken.so --dry-run | grep -q '^broken n=5 serial'
    run "$INSTALLED" run ./x.json --dry-run
    [ "$status" -eq 2 ]
}

@test "the installed program finds its own suites and plots, and a moved tree its own" {
    DESTDIR=$DIR/stage cmake --install "$CONTEND_BUILD" --prefix /opt/contend >/dev/null
    echo '{"schema": "contend/suite/1", "name": "mine", "summary": "only here", "runs": []}' >stage/opt/contend/share/contend/bench/suites/mine.json
    mv stage moved
    moved/opt/contend/bin/contend list suites | grep -q 'only here'
    run "$INSTALLED" list suites
    [[ "$output" != *"only here"* ]]
    PKG_CONFIG_PATH=$DIR/moved/opt/contend/share/pkgconfig pkg-config --cflags contend | grep -q 'moved/opt/contend'
    plugin "$B" broken.so -DCASE=0
    if command -v gnuplot >/dev/null; then
        printf 'this is no script\n' >moved/opt/contend/share/contend/plots/throughput.gp
        moved/opt/contend/bin/contend run --workload sleep --models serial,threads --concurrency 1,2 --units 4 --tasks 2 --blocks 1 --quiet --out out
        run moved/opt/contend/bin/contend plot out
        [ "$status" -ne 0 ]
        "$INSTALLED" plot out
    fi
}

@test "what is no plug-in is refused in one line" {
    mkdir folder && mkfifo fifo && echo text >text.so && : >empty.so && head -c 100 /bin/sh >torn.so
    refused "No such file" ./nothing.so
    refused "not a regular file" ./folder
    refused "not a regular file" ./fifo
    refused "no ELF file" ./text.so
    refused "no ELF file" ./empty.so
    refused "torn.so" ./torn.so
    refused "can't be loaded" /bin/sh
}

@test "what breaks the contract is refused, and the line says how" {
    n=0
    for says in "" "interface 3, this is 2: use a newer contend" "newer contend: struct workload has" "no symbol contend_plugin" \
        "not_there_at_all" "names no workload" ".step is missing" "'two words' may hold" "'sleep' has the name of one that is built in" \
        "two workloads 'broken'" "range of 'n' does not hold" "signal 11" "hangs" "ends the process with exit code 0" \
        "starts 1 process when it is loaded" "control character" "" ".needs_of is for built-in workloads" \
        ".uneven_of is for built-in workloads" "two parameters 'n'" \
        "was built for contend's plug-in interface 1, this is 2: build it again with this workload.h" "newer contend: it knows" \
        "its struct op has" "newer contend: a struct has 8 bytes there, 0 here"; do
        plugin "$B" "case$n.so" "-DCASE=$n" -Wno-unused
        [ -z "$says" ] || refused "$says" "./case$n.so"
        n=$((n + 1))
    done
    cp case0.so copy.so
    refused "has the name of one from $DIR/case0.so" ./case0.so ./copy.so
    no_trials
}

@test "a plug-in built with an older workload.h runs: what its structs lack counts as not given" {
    plugin "$B" older.so -DCASE=24 -Wno-unused
    "$INSTALLED" list workloads --json --plugin ./older.so | /usr/bin/python3 -c 'import json, sys
w = [w for w in json.load(sys.stdin) if w["name"] == "broken"][0]
assert [(p["name"], p["default"]) for p in w["params"]] == [("n", 5), ("m", 7)], w'
    "$INSTALLED" run --plugin ./older.so --workload broken --models serial,threads,async-processes --units 8 --tasks 2 --blocks 1 --quiet --out out
    [ "$(grep -c '"status":"ok"' out/trials.jsonl)" -eq 3 ] # the floor of an hour is beyond what is its own
    [ "$(grep -c '"floor_ns":0' out/trials.jsonl)" -eq 3 ]
}

@test "a plug-in's warm is called by each worker before the run, and what it says fails the trial" {
    template=$BATS_FILE_TMPDIR/usr/share/contend/template/mywork.c
    for fails in 0 1; do
        sed -e 's|^static const struct param params|\
static int warm(const struct wl_env *env, unsigned in_flight)\
{\
    return env->tasks \&\& in_flight == 1 \&\& write(2, "warmed\\n", 7) == 7 ? FAILS : -EPROTO;\
}\
&|' -e '/\.scales/d' -e 's|\.floor_ns = floor_ns,|& .warm = warm,|' -e '1i #include <unistd.h>' "$template" >warmed.c
        plugin warmed.c "warmed$fails.so" "-DFAILS=-$fails"
    done
    for model in threads processes; do
        "$INSTALLED" run --plugin ./warmed0.so --workload mywork --models "$model" --concurrency 4 --units 8 --tasks 4 --blocks 1 --quiet \
            --out "out-$model" 2>err
        [ "$(grep -c '^warmed$' err)" -ge 4 ] # by each of the trial's; pilots have one or two
        grep -q '"status":"ok"' "out-$model/trials.jsonl"
    done
    run "$INSTALLED" run --plugin ./warmed1.so --workload mywork --models serial --units 8 --tasks 4 --blocks 1 --quiet --out failed
    [[ "$output" == *"mywork can't be warmed up: Operation not permitted"* ]]
}

@test "a plug-in that knows more kinds of op than the program is refused" {
    cp "$CONTEND_ROOT/tests/unit/newer_ops.def" .
    plugin "$BATS_FILE_TMPDIR/usr/share/contend/template/mywork.c" newer.so -I. '-DCONTEND_EXTRA_OPS="newer_ops.def"'
    refused "was built for a newer contend: it knows " ./newer.so
    no_trials
}

@test "what a plug-in prints does not stand in the output" {
    plugin "$B" noise.so -DCASE=16
    "$INSTALLED" list workloads --json --plugin ./noise.so | /usr/bin/python3 -m json.tool >/dev/null
    "$INSTALLED" run --plugin ./noise.so --workload broken --models serial --units 4 --tasks 2 --blocks 1 --json --quiet --out out 2>err | /usr/bin/python3 -m json.tool >/dev/null
    grep -q noise err
}

@test "the path travels with the run: show without the file, --resume with the same one only" {
    plugin "$CONTEND_ROOT/tests/fault/plugins/fault.c" fault.so
    "$INSTALLED" run --plugin ./fault.so --workload fault --models serial,threads --concurrency 2 --units 8 --tasks 2 --blocks 4 --quiet --out out
    head -4 out/trials.jsonl >cut && mv cut out/trials.jsonl # as if it had been killed
    mv fault.so kept.so
    "$INSTALLED" show out | grep -q '^fault way=none where=anywhere time=1ms'
    "$INSTALLED" export out 2>/dev/null | grep -q ',fault,none,anywhere,1000000,'
    run "$INSTALLED" run --resume out --quiet
    [ "$status" -ne 0 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ "$output" == *"fault.so can't be opened"* ]]
    plugin "$CONTEND_ROOT/tests/fault/plugins/fault.c" fault.so -O1
    run "$INSTALLED" run --resume out --quiet
    [ "$status" -ne 0 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ "$output" == *"fault.so has changed since this run was planned"* ]]
    [ "$(wc -l <out/trials.jsonl)" -eq 4 ]
    mv kept.so fault.so
    cd / # its path is absolute
    "$INSTALLED" run --resume "$DIR/out" --quiet
    [ "$(wc -l <"$DIR/out/trials.jsonl")" -eq 9 ]
    grep -q '"complete": true' "$DIR/out/summary.json"
}

@test "a plug-in that changes while it is being measured fails its trials, and the line says so" {
    plugin "$CONTEND_ROOT/tests/fault/plugins/fault.c" fault.so
    plugin "$CONTEND_ROOT/tests/fault/plugins/fault.c" other.so -O1
    "$INSTALLED" run --plugin ./fault.so --workload fault --models serial --units 64 --tasks 2 --blocks 40 --quiet --out out &
    pid=$!
    eventually lines_in 3 out/trials.jsonl
    mv other.so fault.so
    lines_in 41 out/trials.jsonl && skip "the run was over before the plug-in could be changed"
    wait "$pid"
    grep -q '"status":"ok"' out/trials.jsonl
    grep -q 'has changed since this run was planned' out/trials.jsonl
}

@test "a built-in workload works the same as a plug-in, one with a service too" {
    for file in cpu/primes io/sleep ipc/pingpong net/echo; do
        name=$(basename "$file")
        sed -e 's|"bench/workload.h"|<contend/workload.h>|' -e "s|\.name = \"$name\",|.name = \"my-$name\",|" "$CONTEND_ROOT/bench/$file.c" >"$name.c"
        echo "WORKLOAD_PLUGIN(&workload_$name);" >>"$name.c"
        extra=()
        if [ -e "$CONTEND_ROOT/bench/${file}_service.c" ]; then
            sed 's|"bench/workload.h"|<contend/workload.h>|' "$CONTEND_ROOT/bench/${file}_service.c" >service.c
            extra=(service.c)
        fi
        if grep -q '"bench/support/buffers.h"' "$name.c"; then # what several workloads share is no part of the contract
            extra+=(-I"$CONTEND_ROOT" "$CONTEND_ROOT/bench/support/buffers.c")
        fi
        plugin "$name.c" "$name.so" -Wno-unused-parameter "${extra[@]}"
        "$INSTALLED" run --plugin "./$name.so" --workload "my-$name,$name" --models threads,processes,async --concurrency 4 --units 32 --tasks 4 --blocks 1 \
            --quiet --out "out-$name"
        /usr/bin/python3 - "out-$name" <<'PY'
import json, sys
t = [json.loads(x) for x in open(sys.argv[1] + "/trials.jsonl")][1:]
assert len(t) == 6 and all(x["status"] == "ok" for x in t), [x["reason"] for x in t]
assert len({(x["checksum"], x["bytes"], str(x["ops"])) for x in t}) == 1, t
PY
    done
    no_trials
}
