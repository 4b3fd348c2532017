#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Mutants: a workload with one small mistake is caught, each of them; and the sound one never is.

load common

setup_file() {
    install_contend
}

setup() {
    scratch_setup
}

teardown() {
    scratch_teardown
}

mutant() { # NUMBER MODELS [MORE...]
    local n=$1 models=$2
    shift 2
    plugin "$CONTEND_ROOT/tests/fault/plugins/mutant.c" "mutant$n.so" "-DMUTANT=$n"
    rm -rf out asked
    "$INSTALLED" run --plugin "./mutant$n.so" --workload mutant --models "$models" --concurrency 4 --units 32 --tasks 8 --blocks 2 --quiet --out out "$@"
}

caught() { # NUMBER MODELS EXIT PATTERN [MORE...]
    run mutant "$1" "$2" "${@:5}"
    echo "mutant $1 under $2: exit $status" >&2
    echo "$output" | grep -m2 -E 'differs|the work|its work|behind|ended early' >&2 || true
    [ "$status" -eq "$3" ]
    [[ "$output" == *$4* ]]
    no_trials
}

@test "the sound one is not accused, however often it is looked at" {
    for i in 1 2 3 4 5; do
        mutant 0 serial,threads,processes,async --seed "$i"
        [ "$(grep -c '"status":"ok"' out/trials.jsonl)" -eq 8 ]
    done
    mutant 0 all
    [ "$(grep -c '"status":"ok"' out/trials.jsonl)" -eq $((2 * $(listed_models))) ]
}

@test "work that is wrong under every model alike is caught by the golden checksum, the floor and multiples of the work" {
    caught 1 serial,threads 6 "the work is not done"
    caught 2 serial,threads,async 6 "the golden one is"
    caught 3 serial,threads,async 6 "its floor is 3000000"
    caught 4 serial,threads,async 6 "its floor is 12000000" --set wait=12ms # half of it is far below, also where a wake-up is late
    caught 5 serial,threads,async 6 "units"
    caught 6 serial,threads,async 6 "the golden one is"
}

@test "where it can't be told whether the work was removed, the run goes on with a warning and a finding" {
    # dead, but its range has room for twice the work alone: as long is no evidence then
    plugin "$CONTEND_ROOT/tests/fault/plugins/mutant.c" narrow.so -DMUTANT=1 -DCOMPUTE_LEAST=50000 -DCOMPUTE_MOST=100000
    "$INSTALLED" run --plugin ./narrow.so --workload mutant --models serial --units 8 --tasks 2 --blocks 2 --out out >o 2>said
    grep -q "warning: mutant: it can't be told whether the compiler removed its work: .*the range of the compute has no room for 8 times its default" said
    grep -q "it can't be told whether the compiler removed its work" o
    /usr/bin/python3 -c 'import json
plan = json.loads(open("out/trials.jsonl").readline())
assert [d["cell"] for d in plan["doubts"]] == [0] and "no room" in plan["doubts"][0]["reason"], plan["doubts"]
found, = [f for f in json.load(open("out/summary.json"))["findings"] if f["id"] == "unproven"]
assert found["severity"] == "warn" and found["evidence"]["workloads"] == 1, found'
    "$INSTALLED" show out | grep -q "it can't be told whether the compiler removed its work"
    # sound, but by default there is none of what its computing is in proportion to
    rm -rf out
    plugin "$CONTEND_ROOT/tests/fault/plugins/mutant.c" zero.so -DCOMPUTE_DEFAULT=0 -DCOMPUTE_LEAST=0 -DCOMPUTE_MOST=1000000
    "$INSTALLED" run --plugin ./zero.so --workload mutant --models serial --units 8 --tasks 2 --blocks 2 --out out >o 2>said
    grep -q "warning: mutant: it can't be told whether the compiler removed its work" said
}

@test "the golden value is found out once for each piece of work, and held against all its trials" {
    mutant 0 serial,threads,async
    [ "$(grep -c '"status":"ok"' out/trials.jsonl)" -eq 6 ]
    [ "$(stat -c %s asked)" -eq 64 ] # 32 units with one task at a time, and 32 with four
    caught 8 serial,threads,async 6 "the golden one is"
    [ "$(grep -c '"status":"ok"' out/trials.jsonl)" -eq 3 ]
    caught 7 serial,threads,async 6 "the golden one is"
}

@test "a trial that does what it comes to in its time has a value of its own, but asks only for what none did before" {
    local closed=(--mode closed --models serial,threads --duration 50ms --blocks 5 --quiet --out out)
    plugin "$CONTEND_ROOT/tests/fault/plugins/mutant.c" mutant0.so -DMUTANT=0
    "$INSTALLED" run --plugin ./mutant0.so --workload mutant "${closed[@]}" --concurrency 2
    units=$(grep -o '"throughput":[^,]*,"units":[0-9]*' out/trials.jsonl | awk -F: '{n += $NF} END {print n}')
    [ "$(grep -c '"status":"ok"' out/trials.jsonl)" -eq 10 ]
    [ "$(stat -c %s asked)" -ge 1 ]
    [ "$(stat -c %s asked)" -lt "$units" ]
    # with a single task the units of each trial tell its way from the nearest mark
    rm -rf out asked
    "$INSTALLED" run --plugin ./mutant0.so --workload mutant "${closed[@]}" --concurrency 1
    /usr/bin/python3 -c 'import json, os
marks, due, units = [0], 0, 0
for done in [json.loads(line)["units"] for line in list(open("out/trials.jsonl"))[1:]]:
    way = min(abs(done - m) for m in marks)
    due, units = due + way, units + done
    if way > done // 64:
        marks.append(done)
assert 0 < due == os.stat("asked").st_size < units, (due, os.stat("asked").st_size, units)'
    plugin "$CONTEND_ROOT/tests/fault/plugins/mutant.c" mutant7.so -DMUTANT=7
    rm -rf out asked
    run "$INSTALLED" run --plugin ./mutant7.so --workload mutant "${closed[@]}" --concurrency 2
    [ "$status" -eq 6 ]
    [[ "$output" == *"the golden one is"* ]]
}

@test "work that is wrong in forked workers is caught against the others" {
    for models in serial,processes threads,processes-each serial,processes-pipe async,async-processes; do
        caught 10 "$models" 6 "the work differs"
        caught 11 "$models" 6 "the golden one is"
        caught 14 "$models" 6 "units"
    done
}

@test "a lost child and one left behind fail the trials, and the line says which" {
    for model in processes processes-each processes-pipe async-processes; do
        caught 12 "serial,$model" 0 "exit code 0"
        [[ "$(cell out "$model")" == failed:* ]]
        caught 13 "serial,$model" 0 "left 1 process behind"
        [[ "$(cell out "$model")" == failed:* ]]
    done
}
