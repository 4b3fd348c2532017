#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Workloads that crash, hang, leave processes behind or do other work under one model: each costs its own trials, is named,
# and nothing of it is left.

load common

setup_file() {
    install_contend
    plugin "$CONTEND_ROOT/tests/fault/plugins/fault.c" "$BATS_FILE_TMPDIR/fault.so"
}

setup() {
    scratch_setup
}

teardown() {
    scratch_teardown
}

fault() { # WAY WHERE MODELS [MORE...]
    local way=$1 where=$2 models=$3
    shift 3
    "$INSTALLED" run --plugin "$BATS_FILE_TMPDIR/fault.so" --workload fault --set "way=$way" --set "where=$where" --models "$models" \
        --concurrency 4 --units 16 --tasks 8 --blocks 2 --limit "$(scaled 60000)ms" --quiet --out out "$@"
}

# The faulty model's cell has failed and says PATTERN; the other one is whole; nothing is left.
costs_itself() { # WAY WHERE FAULTY HEALTHY PATTERN [MORE...]
    local way=$1 where=$2 faulty=$3 healthy=$4 pattern=$5
    shift 5
    ls -A "$DIR" >"$BATS_TEST_TMPDIR/before"
    run fault "$way" "$where" "$healthy,$faulty" "$@"
    echo "$way under $faulty: exit $status: $(cell out "$faulty")" >&2
    [ "$status" -eq 0 ]
    [[ "$(cell out "$faulty")" == failed:*$pattern* ]]
    [[ "$(cell out "$healthy")" == ok:* ]]
    no_trials
    rm -rf out
    ls -A "$DIR" | diff "$BATS_TEST_TMPDIR/before" -
}

@test "sound, it does the same work under every model" {
    fault none anywhere all
    [ "$(grep -c '"status":"ok"' out/trials.jsonl)" -eq $((2 * $(listed_models))) ]
}

@test "a crash costs its own trials and is named by its signal" {
    costs_itself segfault thread threads serial "signal 11"
    costs_itself segfault process processes serial "signal 11"
    costs_itself segfault process processes-each threads "signal 11"
    costs_itself segfault process async-processes async "signal 11"
    costs_itself kill process processes-pipe serial "signal 9"
    costs_itself abort thread async-threads async "signal 6"
    costs_itself overflow thread threads-each serial "signal 11"
    costs_itself overflow process processes threads "signal 11"
}

@test "an exit in the middle of the work is a failure, whatever its code" {
    costs_itself exit thread threads serial "exit code 0 and no record"
    costs_itself exit process processes serial "ended early with exit code 0"
    costs_itself exit process processes-each serial "exit"
    costs_itself exit process processes-pipe serial "exit"
}

hangs() { # WAY WHERE FAULTY: with ever longer limits until one is long enough for what is healthy
    local s text
    for s in 0.5 2 8 32 128 512; do
        run fault "$1" "$2" "serial,$3" --limit "${s}s"
        text=$output
        [ ! -e out ] || text=$(cell out serial)
        echo "$1 under $3, at most $s s: exit $status; serial: $text; $3: $(cell out "$3")" >&2
        [[ "$text" == *"killed at its limit"* ]] || break
        rm -rf out
    done
    [ "$status" -eq 0 ]
    [[ "$(cell out "$3")" == failed:*"killed at its limit of $s s"* ]]
    [[ "$text" == ok:* ]]
    no_trials
    rm -rf out
    [ -z "$(ls -A "$DIR")" ]
}

@test "a task that hangs or spins is killed at the limit" {
    hangs hang thread threads
    hangs spin thread threads-gil
    hangs hang process processes
    hangs spin process processes-each
}

@test "children and grandchildren that are left behind are killed, counted, and fail the trial" {
    costs_itself leak process processes serial "left 8 processes behind"
    costs_itself leak-setsid process processes serial "left 8 processes behind"
    costs_itself leak-double process async-processes serial "left 8 processes behind"
    costs_itself leak thread threads serial "left 8 processes behind"
    costs_itself leak-double thread threads serial "left 8 processes behind"
    costs_itself leak-double process processes-each serial "left 8 processes behind"
}

@test "an op that fails names the task, the unit and why" {
    costs_itself op-fails thread threads serial "while writing: write: Bad file descriptor"
    costs_itself op-fails process async-processes async "while writing: write: Bad file descriptor"
}

@test "work that differs under one model: its trials are void, exit 6, and the line says what differs" {
    differs() { # WAY WHERE FAULTY HEALTHY PATTERN [MORE...]
        run fault "$1" "$2" "$4,$3" "${@:6}"
        echo "$1 under $3: exit $status: $(cell out "$3")" >&2
        [ "$status" -eq 6 ]
        /usr/bin/python3 - "$3" "$5" <<'PY'
import json, sys
model, pattern = sys.argv[1:]
s = json.load(open("out/summary.json"))
assert s["trials"]["ok"] == s["trials"]["void"] == 2, s["trials"]
for c in s["cells"]:
    assert c["status"] == ("void" if c["model"] == model else "ok"), (c["model"], c["status"], c["reason"])
    assert c["model"] != model or pattern in c["reason"], c["reason"]
PY
        [[ "$output" == *"$5"* ]]
        run "$INSTALLED" show out
        [ "$status" -eq 6 ]
        rm -rf out
    }
    differs units thread threads serial "units 8, planned are 16"
    differs ops thread threads serial "sleep ops 24"
    differs bytes thread threads serial "bytes 1536"
    differs checksum thread threads serial "the golden one is"
    # so high that what else the machine does does not lift each of the units that are too short above it
    differs floor thread threads serial "its floor is 50000000" --set time=50ms
    differs units process processes serial "units 8, planned are 16"
    differs ops process processes-each serial "sleep ops 24"
    differs bytes process processes-pipe serial "bytes 1536"
    differs checksum process async-processes async "the golden one is"
    differs floor process processes serial "its floor is 50000000" --set time=50ms
    no_trials
}

@test "a golden value that can't be had fails the trial; nobody is accused of other work" {
    run fault unknown anywhere serial,threads --workload sleep,fault
    [ "$status" -eq 0 ]
    [[ "$output" == *"calibrating fault: what the work should come to can't be found out: Cannot allocate memory"* ]]
    [[ "$output" != *"golden"* ]]
    no_trials
}

@test "a workload that fails before any model can show it is left out, and the rest is measured" {
    run fault segfault setup serial,threads --workload sleep,fault
    [ "$status" -eq 0 ]
    [[ "$(cell out threads)" == *skipped:*"signal 11"* ]]
    [ "$(grep -c '"status":"ok"' out/trials.jsonl)" -eq 4 ]
    rm -rf out
    run fault hang setup serial --limit 500ms
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ "$output" == *"nothing is left to measure"*"killed at its limit of 0.5 s"* ]]
    [ ! -e out ]
    no_trials
}

@test "nothing is left in /dev/shm" {
    [ "$(id -u)" -eq 0 ] || skip "a /dev/shm of its own needs root"
    unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
    export -f fault
    export INSTALLED BATS_FILE_TMPDIR
    run unshare -m bash -c 'mount -t tmpfs tmpfs /dev/shm && touch /dev/shm/mark
        fault kill process serial,processes,async; rm -rf out; fault segfault thread serial,threads; ls -A /dev/shm >left'
    [ "$(cat left)" = mark ]
}
