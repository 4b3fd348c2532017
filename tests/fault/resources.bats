#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What runs out or is killed: descriptors, processes, address space, disk, gnuplot, the keeper, a worker, the run itself. It
# costs a trial, is named with the limit and its value, and nothing is left.

load common

setup_file() {
    install_contend
    plugin "$CONTEND_ROOT/tests/fault/plugins/fault.c" "$BATS_FILE_TMPDIR/fault.so"
}

setup() {
    scratch_setup
}

teardown() {
    [ -z "${MOUNTED:-}" ] || umount "$MOUNTED"
    scratch_teardown
}

many() { # MODELS CONCURRENCY [MORE...]
    local models=$1 n=$2
    shift 2
    "$INSTALLED" run --models "$models" --concurrency "$n" --units "$n" --tasks "$n" --blocks 1 --quiet --out out "$@"
}

@test "without gnuplot the run is whole, and one line says so" {
    mkdir nothing
    PATH=$DIR/nothing "$INSTALLED" run --workload sleep --models serial,threads --concurrency 1,2 --units 4 --tasks 2 --blocks 2 --quiet --out out >o 2>e
    [ "$(grep -c gnuplot e)" -eq 1 ]
    [ "$(grep -c '"status":"ok"' out/trials.jsonl)" -eq 6 ]
    grep -q '"complete": true' out/summary.json
}

@test "too few descriptors: the limit and its value are named" {
    (ulimit -n 64 && many threads,async 200 --workload pingpong) >o 2>&1 || true
    [[ "$(cell out threads)" == failed:*"open files limit: 64"* ]]
    [[ "$(cell out async)" == failed:*"open files limit: 64"* ]]
    rm -rf out
    # one timer and no descriptor a task: sleeping needs none
    (ulimit -n 64 && many threads,async 200 --workload sleep)
    rm -rf out
    run bash -c 'ulimit -n 12 && "$INSTALLED" run --workload sleep --models serial --units 4 --blocks 1 --quiet --out out'
    [ "$status" -eq 1 ]
    [[ "$output" == *"open files limit: 12"* ]]
    no_trials
}

@test "too few processes for the user: the limit and its value are named" {
    [ "$(id -u)" -eq 0 ] || skip "becoming another user needs root"
    chmod 755 "$DIR" && mkdir -m 777 mine && cp -r "$BATS_FILE_TMPDIR/usr" usr && chmod -R a+rX usr
    cat >as <<'S'
ulimit -u 40
cd "$1/mine" && exec "$1/usr/bin/contend" run --workload sleep --models serial,threads,processes,processes-each --concurrency 400 --units 400 --tasks 400 --blocks 1 --quiet --scratch "$1/mine" --out out
S
    run setpriv --reuid 54321 --regid 54321 --clear-groups env TMPDIR="$DIR/mine" bash as "$DIR"
    [ "$status" -eq 0 ]
    for model in threads processes processes-each; do
        echo "$model: $(cell mine/out "$model")" >&2
        [[ "$(cell mine/out "$model")" == failed:*"Resource temporarily unavailable"*"nproc 40"* ]]
    done
    [[ "$(cell mine/out serial)" == ok:* ]]
    [ "$(ps -u 54321 -o pid= | wc -l)" -eq 0 ]
}

@test "too little address space: a failure of that trial alone, whose reason names it" {
    [ -z "$CONTEND_SANITIZE" ] || skip "a sanitizer needs more address space than that"
    for kib in 100000 200000 300000; do
        (ulimit -v "$kib" && many threads,async 800 --workload sleep) >o 2>&1
        echo "$kib: $(cell out threads)" >&2
        [[ "$(cell out threads)" == failed:* ]]
        [[ "$(cell out threads)" != *signal* ]]
        [[ "$(cell out async)" == ok:* ]]
        rm -rf out
    done
    no_trials
}

@test "a full scratch directory: the reason names it, and nothing of it stays" {
    [ "$(id -u)" -eq 0 ] || skip "mounting needs root"
    mkdir full && mount -t tmpfs -o size=1m tmpfs full || skip "tmpfs can't be mounted here"
    MOUNTED=$DIR/full
    run many serial,async 4 --workload file-read,sleep --scratch "$DIR/full"
    [ "$status" -eq 0 ]
    [[ "$output" == *"$DIR/full/"*" has 1 MiB free"* ]]
    head -c 1040000 /dev/zero >full/most
    rm -rf out
    run many serial,async 4 --workload file-read --set file-size=512KiB --scratch "$DIR/full"
    [ "$status" -eq 1 ]
    [[ "$output" == *"$DIR/full"* ]]
    [ "$(ls -A full)" = most ]
    no_trials
}

# Into `found`: the processes of this test's trials below PID. Nothing is started for it, so that a busy machine does not make
# it too slow to see them.
trials_below() { # PID
    local kids=() pid args
    { read -ra kids <"/proc/$1/task/$1/children"; } 2>/dev/null || true
    for pid in "${kids[@]}"; do
        { mapfile -d '' -t args <"/proc/$pid/cmdline"; } 2>/dev/null || continue
        [[ "${args[*]:0:2}" != "contend trial" ]] || found+=("$pid")
        trials_below "$pid"
    done
}

@test "keepers, trials and workers killed at random moments: failed trials, a readable journal, no process left" {
    [ -e "/proc/$$/task/$$/children" ] || skip "the kernel tells no children: no CONFIG_PROC_CHILDREN"
    "$INSTALLED" run --workload sleep --set time=2ms --models serial,threads,processes,processes-pipe,processes-each,async,async-processes \
        --workers 2 --concurrency 4 --units 64 --tasks 16 --blocks 12 --limit "$(scaled 60000)ms" --quiet --out out >o 2>&1 &
    run=$!
    kills=0
    eventually test -s out/trials.jsonl # a pilot that dies leaves its workload out: here, all there is
    while alive "$run" && [ "$kills" -lt 40 ]; do # each costs at most one of the 84 trials: the others are whole
        sleep "0.0$((RANDOM % 9 + 1))"
        found=()
        trials_below "$run"
        [ "${#found[@]}" -gt 0 ] || continue
        ! kill -KILL "${found[RANDOM % ${#found[@]}]}" 2>/dev/null || kills=$((kills + 1))
    done
    wait "$run" || true
    echo "$kills kills" >&2
    no_trials
    [ "$(wc -l <out/trials.jsonl)" -eq 85 ]
    "$INSTALLED" show out >/dev/null
    [ "$kills" -ge 10 ] || skip "the run was over after $kills kills: so few tell nothing"
    # what died is named, and no healthy trial is void
    [ "$(grep -c '"status":"void"' out/trials.jsonl)" -eq 0 ]
    grep '"status":"failed"' out/trials.jsonl | grep -q 'killed by signal 9'
    [ "$(grep -c '"status":"ok"' out/trials.jsonl)" -gt 0 ]
}

@test "the run killed twenty times at random moments: the journal stays readable, resuming finishes it" {
    "$INSTALLED" run --workload sleep --set time=2ms --models serial,threads,processes,async --concurrency 4 --units 32 --tasks 8 --blocks 15 \
        --quiet --out out >o 2>&1 &
    pid=$!
    eventually test -s out/trials.jsonl
    for i in $(seq 20); do
        sleep "0.$((RANDOM % 40 + 5))"
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" || true
        no_trials
        "$INSTALLED" show out >/dev/null
        "$INSTALLED" run --resume out --quiet >o 2>&1 &
        pid=$!
    done
    wait "$pid"
    grep -q '"complete": true' out/summary.json
    [ "$(grep -c '"status":"ok"' out/trials.jsonl)" -eq 60 ]
    [ "$(cut -d, -f1-30 out/trials.jsonl | wc -l)" -eq 61 ]
    no_trials
}

@test "SIGINT, SIGTERM and SIGHUP: what was measured is saved, exit 130, nothing is left" {
    for signal in INT TERM HUP; do
        # bash has background jobs ignore SIGINT, and nohup all below it SIGHUP; this undoes it
        env --default-signal=INT,HUP "$INSTALLED" run --workload sleep --set time=5ms --units 64 --tasks 4 --models serial,processes --concurrency 2 --blocks 60 \
            --quiet --out "$signal" >o 2>err &
        pid=$!
        eventually lines_in 3 "$signal/trials.jsonl"
        ! lines_in 121 "$signal/trials.jsonl" || skip "the run was over before it could be stopped"
        kill -"$signal" "$pid"
        code=0
        wait "$pid" || code=$?
        [ "$code" -eq 130 ]
        grep -q -- "--resume $signal" err
        grep -q '"complete": false' "$signal/summary.json"
        no_trials
    done
}
