#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Trials that somebody stops and continues: that is counted, labelled and told, and does not count against their limit. One
# that stays stopped is ended by it, and the reason says so.

load common

setup() {
    scratch_setup
    RUN=
}

teardown() {
    [ -z "$RUN" ] || { kill -9 "$RUN"; descendants "$RUN" | xargs -r kill -9; } 2>/dev/null || true
    scratch_teardown
}

descendants() { # PID: parents before their children
    local child
    for child in $(ps -o pid= --ppid "$1"); do
        echo "$child"
        descendants "$child"
    done
}

start() { # MODEL [MORE...]: one unit of 3 s for each of two tasks
    local model=$1
    shift
    "$CONTEND" run --workload sleep --set time=3s --models "$model" --concurrency 2 --workers 2 --units 2 --tasks 2 --blocks 1 \
        --quiet --out out "$@" >output 2>&1 3>&- &
    RUN=$!
    eventually in_its_run
}

in_its_run() { # the trial has all its processes or threads, and these all sleep: the units have begun
    [ -e out/trials.jsonl ] || return 1 # what is seen before is of pilots, or of what measures costs
    mapfile -t TREE < <(descendants "$RUN")
    [ "${#TREE[@]}" -ge 2 ] || return 1
    local threads states
    threads=$(ps -L -o lwp= -p "$(IFS=,; echo "${TREE[*]:1}")" | wc -l)
    states=$(ps -L -o wchan:32= -p "$(IFS=,; echo "${TREE[*]:1}")" | grep -c nanosleep)
    [ "$threads" -ge 3 ] && [ "$states" -eq 2 ]
}

record() { # EXPRESSION over r, the trial's record, and s, the summary's cell
    /usr/bin/python3 - "$1" <<'PY'
import json, sys
r = json.loads(open("out/trials.jsonl").readlines()[-1])
s = json.load(open("out/summary.json"))["cells"][0]
print(r["status"], r["reason"], r["wall_ns"], r["stopped_ns"], s["disturbed"])
assert eval(sys.argv[1])
PY
}

stop_for() { # SECONDS PID...
    local seconds=$1
    shift
    kill -STOP "$@"
    sleep "$seconds"
    kill -CONT "$@"
}

@test "the whole tree, stopped and continued: counted, labelled and told" {
    for model in threads processes; do
        start "$model"
        # The first of both is the keeper: it goes on while the trial is still stopped, and the other way round.
        [ "$model" = threads ] || mapfile -t TREE < <(printf '%s\n' "${TREE[@]}" | tac)
        stop_for 1 "${TREE[@]}"
        wait "$RUN"
        record 'r["status"] == "ok" and r["stopped_ns"] >= 0.8e9 and s["disturbed"]["stopped"] == 1'
        tr -s '\n ' ' ' <output | grep -qE "stopped [0-9.]+ %" # other causes may stand next to it
        rm -r out
    done
}

@test "one worker process, stopped and continued, though its trial goes on" {
    start processes
    stop_for 0.5 "${TREE[-1]}"
    wait "$RUN"
    record 'r["status"] == "ok" and r["stopped_ns"] >= 0.4e9 and s["disturbed"]["stopped"] == 1'
}

start_fetch() { # [MORE...]: the same with a service, which answers after 3 s
    "$CONTEND" run --workload fetch --set delay=3s --models threads --concurrency 2 --workers 2 --units 2 --tasks 2 --blocks 1 \
        --quiet --out out "$@" >output 2>&1 3>&- &
    RUN=$!
    eventually in_its_fetch
}

in_its_fetch() { # both workers wait for their answers
    mapfile -t TREE < <(descendants "$RUN")
    SERVICE=$(pgrep -P "${TREE[0]:-0}" -x contend-service) || return 1
    ps -L -o wchan:32= -p "$(IFS=,; echo "${TREE[*]:1}")" | grep -c -e wait_woken -e sk_wait_data | grep -qx 2
}

@test "the trial's service, stopped and continued, though its workers go on; or stopped for good" {
    start_fetch
    stop_for 0.5 "$SERVICE"
    wait "$RUN"
    record 'r["status"] == "ok" and r["stopped_ns"] >= 0.4e9 and s["disturbed"]["stopped"] == 1'
    rm -r out
    start_fetch --limit "$((3000 + $(scaled 1000)))ms"
    kill -STOP "$SERVICE"
    wait "$RUN" || true
    record '"a signal had stopped the trial'"'"'s service, and none made it go on" in r["reason"]'
    no_trials
}

@test "nobody stops it: that it sleeps is no stop" {
    start processes
    wait "$RUN"
    record 'r["status"] == "ok" and r["stopped_ns"] < r["wall_ns"] / 2' # a busy host may stop a machine for a moment
}

@test "time stopped does not count against the limit" {
    limit=$((3000 + $(scaled 1000)))
    start processes --limit "${limit}ms"
    kill -STOP "${TREE[@]}"
    sleep $((limit / 1000 + 1))
    kill -CONT "${TREE[0]}" # the keeper, which finds its limit passed, and the others still stopped
    sleep 0.3
    kill -CONT "${TREE[@]}"
    wait "$RUN"
    record "r['status'] == 'ok' and r['stopped_ns'] >= ${limit}e6"
}

@test "a trial or a worker that stays stopped is ended by the limit, which says so" {
    start processes --limit "$((3000 + $(scaled 1000)))ms"
    kill -STOP "${TREE[-1]}"
    wait "$RUN" || true
    record '"a signal had stopped 1 worker process, and none made it go on" in r["reason"]'
    no_trials
    rm -r out
    start threads --limit "$((3000 + $(scaled 1000)))ms"
    kill -STOP "${TREE[1]}"
    wait "$RUN" || true
    record '"a signal had stopped the trial'"'"'s process, and none made it go on" in r["reason"]'
    no_trials
}
