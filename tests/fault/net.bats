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
    [[ "$output" == *"echo under processes: the service ended early with exit code 1: it can't take a connection: accept4: Too many open files (open files limit: 100"* ]]
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

with_queue() { # N COMMAND...: in a network namespace whose listen queues hold N connections; the kernel's counts to `counted`
    # shellcheck disable=SC2016
    unshare -n bash -c 'ip link set lo up && echo "$1" >/proc/sys/net/core/somaxconn && echo "${COOKIES:-1}" >/proc/sys/net/ipv4/tcp_syncookies || exit 99
        "${@:2}"; code=$?
        grep ^TcpExt: /proc/net/netstat | awk "NR == 1 {for (i = 1; i <= NF; i++) name[i] = \$i} NR == 2 {for (i = 1; i <= NF; i++) print name[i], \$i}" >counted
        exit $code' _ "$@"
}

queue_setup() {
    [ "$(id -u)" -eq 0 ] || skip "a network namespace needs root"
    unshare -n true 2>/dev/null || skip "no network namespace can be made here"
}

overflows() {
    awk '$1 == "ListenOverflows" {print $2}' counted
}

@test "more tasks in flight than a listen queue holds: all connect, and none has to ask again" {
    queue_setup
    with_queue 128 "$CONTEND" run --workload echo --models threads,async,processes --concurrency 512 --units 4096 --tasks 512 --blocks 1 \
        --limit "$(scaled 60000)ms" --quiet --out out >printed
    cat printed counted | grep -i listen
    [ "$(overflows)" -eq 0 ]
    [ "$(grep -c '"listen_overflows":0,"listen_drops":0,"tcp_syn_retransmits":0,"tcp_retransmits":0,' out/trials.jsonl)" -eq 3 ]
    [ "$(grep -c 'net.core.somaxconn is 128): the service had [2-9]"' out/trials.jsonl)" -eq 3 ]
    # one queue is enough for these: nothing is told
    with_queue 128 "$CONTEND" run --workload echo --models async --concurrency 128 --units 1024 --tasks 128 --blocks 1 --quiet --out few >/dev/null
    [ "$(grep -c somaxconn few/trials.jsonl)" -eq 0 ]
}

@test "more than all listen queues hold: skipped, with what to do; the rest is measured" {
    queue_setup
    with_queue 4 "$CONTEND" run --workload echo --models serial,async --concurrency 2,600 --units 1200 --tasks 600 --blocks 1 --quiet --out out >printed
    [ "$(grep -c '"status":"ok"' out/trials.jsonl)" -eq 2 ]
    [ "$(overflows)" -eq 0 ]
    tr -s '\n ' ' ' <printed | grep -q 'echo under async: .*no room for 600 connections at once: net.core.somaxconn is 4 in this network namespace; sudo sysctl -w net.core.somaxconn=600'
    run with_queue 4 "$CONTEND" run --workload echo --models async --concurrency 600 --quiet --out none
    [ "$status" -eq 2 ] || [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ "$output" == *"net.core.somaxconn=600"* ]]
    [ ! -e none ]
}

@test "a listen queue that overflows is counted and named: in the record, the cell and a finding, and at the limit" {
    [ -z "$CONTEND_SANITIZE" ] || skip "2,000 connections that a cut queue refuses take a sanitizer's build past their limit"
    queue_setup
    # planned where there is room, so that it is not skipped; then the queues are cut
    "$CONTEND" run --workload echo --models async --concurrency 2000 --units 2000 --tasks 2000 --blocks 2 --limit "$(scaled 180000)ms" --quiet --out out >/dev/null
    head -n 2 out/trials.jsonl >whole && mv whole out/trials.jsonl
    # a connection by a cookie whose last packet finds no room is never made, and its task waits for ever
    COOKIES=0 with_queue 1 "$CONTEND" run --resume out --quiet >printed
    cat counted printed | grep -i listen
    [ "$(overflows)" -gt 0 ]
    told=$(sed -n '3s/.*"listen_overflows":\([0-9]*\),.*/\1/p' out/trials.jsonl)
    [ "$told" -gt 0 ]
    [ "$told" -le "$(overflows)" ]
    grep -q 'warning: the service.s listen queue overflowed' printed
    tr -s '\n ' ' ' <printed | grep -q "warn the listen queue overflowed $told times .* under async → .*sudo sysctl -w net.core.somaxconn=2000"
    # no connection of a second try is made before a second is over
    sed -i 's/"limit_ns":[0-9]*/"limit_ns":900000000/g' out/trials.jsonl
    sed -i 3d out/trials.jsonl
    with_queue 1 "$CONTEND" run --resume out --quiet >printed || true
    sed -n 3p out/trials.jsonl | grep -o '"reason":"[^"]*"'
    sed -n 3p out/trials.jsonl | grep -q "killed at its limit of 0.9 s; the service's listen queue overflowed [0-9]* times: .*net.core.somaxconn=N"
}

@test "another program's listen queue that overflows is not the service's" {
    /usr/bin/python3 - >full 3>&- <<'PY' &
import os, socket, time
listener, parent = socket.socket(), os.getppid()
listener.bind(("127.0.0.1", 0))
listener.listen(0)
held = []
while os.getppid() == parent:
    held.append(socket.socket())
    held[-1].setblocking(False)
    try:
        held[-1].connect(listener.getsockname())
    except BlockingIOError:
        pass
    if len(held) == 20:
        print("full", flush=True)
    held = held[-20:]
    time.sleep(0.01)
PY
    local other=$!
    eventually grep -q full full
    "$CONTEND" run --workload echo --models threads --mode closed --duration 500ms --blocks 1 --quiet --out out >printed
    kill "$other"
    [ "$(grep -c '"status":"ok".*"listen_overflows":0,"listen_drops":0,' out/trials.jsonl)" -eq 1 ]
    [ "$(grep -c overflowed printed)" -eq 0 ]
}

@test "doctor tells of short listen queues" {
    queue_setup
    with_queue 128 "$CONTEND" doctor --json >doctor.json || true
    /usr/bin/python3 -c 'import json
d = json.load(open("doctor.json"))
assert d["facts"]["kernel.somaxconn"]["value"] == 128, d["facts"]["kernel.somaxconn"]
c = [c for c in d["checks"] if c["id"] == "somaxconn"][0]
assert c["severity"] == "info" and "128" in c["evidence"] and "sysctl -w net.core.somaxconn" in c["mend"], c'
}
