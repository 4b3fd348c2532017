#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What happens when the service, its trial or their limits give way: a clear reason, and nothing left behind.

load common

setup() {
    DIR=$(mktemp -d)
    cd "$DIR" || exit 1
    export TMPDIR=$DIR # the scratch directory is among a trial's arguments: so its processes are known as this test's
}

teardown() {
    [ -z "${run:-}" ] || kill "$run" 2>/dev/null || true
    cd / && rm -rf "$DIR"
}

mine() { # NAME: the pids of this test's processes of that name
    ps -eo pid=,comm=,args= | awk -v name="$1" -v dir="$DIR" '$2 == name && index($0, dir) {print $1}'
}

connected() { # the service has connections of the trial's, so the two are in the midst of their work
    local pid
    pid=$(mine contend-service)
    [ -n "$pid" ] && [ "$(find "/proc/$pid/fd" -lname 'socket:*' 2>/dev/null | wc -l)" -ge 4 ]
}

in_trial() { # the journal has its plan, so that the service seen is that of a trial and none of a pilot
    eventually test -s run/trials.jsonl
    eventually connected
}

long() { # WORKLOAD MODEL [MORE...]
    "$CONTEND" run --workload "$1" --models "$2" --concurrency 16 --mode closed --duration 20s --limit "$(scaled 60000)ms" --blocks 1 --quiet --out run "${@:3}" >out 2>&1 3>&- &
    run=$!
}

none_is_left() {
    [ -z "$(mine contend-service)$(mine contend)$(mine exe)" ]
}

gone() { # soon nothing of this test is left
    eventually none_is_left && return 0
    ps -eo pid,comm,args | grep "$DIR"
    return 1
}

@test "a service killed in the midst of a trial costs that trial, with the reason" {
    for what in "fetch threads" "fetch async" "echo processes" "echo async-threads"; do
        # shellcheck disable=SC2086
        long $what
        in_trial
        kill -9 "$(mine contend-service)" || skip "the trial was over before its service could be killed"
        wait "$run" || true
        cat out # shown when the next fails
        grep -q "the service was killed by signal 9 (Killed)" out
        gone
        rm -rf run
    done
}

@test "a service dies with its trial and its keeper" {
    long fetch threads
    in_trial
    service=$(mine contend-service)
    keeper=$(ps -o ppid= -p "$service" | tr -d ' ')
    kill -9 "$keeper" || skip "the trial was over before its keeper could be killed"
    wait "$run" || true
    gone
    grep -q "killed by signal 9" out
    rm -rf run
    long fetch async
    in_trial
    keeper=$(ps -o ppid= -p "$(mine contend-service)" | tr -d ' ')
    trial=$(ps -o pid=,comm= --ppid "$keeper" | awk '$2 != "contend-service" {print $1}')
    kill -9 "$trial" || skip "the trial was over before it could be killed"
    wait "$run" || true
    gone
    grep -q "the trial was killed by signal 9" out
}

@test "too few open files are named, with the limit" {
    ulimit -n 100
    # so much a task that none is done before all have connected: short ones can be over so soon that never 100 are there at once
    run "$CONTEND" run --workload echo --models threads,async,processes --concurrency 300 --units 300000 --tasks 300 --blocks 1 --quiet --out few
    echo "$output" # shown when the next fails
    [[ "$output" == *"echo under async: task "*"while connecting: connect: Too many open files (open files limit: 100; see ulimit -n)"* ]]
    # each process has its own limit, so of the processes it is the service that has too few
    [[ "$output" == *"echo under processes: the service ended early with exit code 1: it can't take a connection: Too many open files (open files limit: 100"* ]]
    gone
}

warned() { # OF WARNED ARGS...: OF connections at once of 20 tasks in flight are told, and WARNED (0 or 1) warnings
    "$INSTALLED" run --plugin ./shy.so --workload shy --models async --concurrency 20 --blocks 1 --quiet --out out "${@:3}" >printed
    cat printed
    grep -o '"service_connections":[0-9]*' out/trials.jsonl
    [ "$(grep -c "\"service_connections\":$1," out/trials.jsonl)" -eq 1 ]
    [ "$(grep -c 'warning: fewer connections were open at once' printed)" -eq "$2" ]
    [ "$(tr -s '\n ' ' ' <printed | grep -c 'before all had connected: give them more')" -eq "$2" ]
    rm -r out
}

@test "a run tells how many connections there were at once, and warns when they were fewer than asked for" {
    install_contend
    plugin "$CONTEND_ROOT/tests/fault/plugins/shy.c" shy.so
    batch="--units 40 --tasks 20"
    # shellcheck disable=SC2086
    {
        warned 0 1 --set bold=0 $batch
        warned 17 1 --set bold=17 $batch
        warned 18 0 --set bold=18 $batch
        warned 20 0 --set bold=20 $batch
    }
    warned 17 1 --set bold=17 --mode closed --duration 20ms
    warned 5 0 --set bold=20 --units 5 --tasks 20 # the others have nothing to do
    warned 8 0 --set bold=20 --units 40 --tasks 8
}

@test "however many connections come and go, at once there are no more than tasks in flight" {
    "$CONTEND" run --workload echo --models threads,async,processes --concurrency 8 --tasks 2000 --units 2000 --blocks 2 --quiet --out out >/dev/null
    grep -o '"service_connections":[0-9]*' out/trials.jsonl | cut -d: -f2 >most
    cat most
    [ "$(wc -l <most)" -eq 6 ]
    awk '$1 < 1 || $1 > 8 {exit 1}' most
}

@test "two runs at once each have a port of their own" {
    "$CONTEND" run --workload fetch --models async --units 200 --tasks 8 --blocks 6 --quiet --out a >/dev/null 3>&- &
    other=$!
    "$CONTEND" run --workload fetch --models async --units 200 --tasks 8 --blocks 6 --quiet --out b >/dev/null
    wait "$other"
}
