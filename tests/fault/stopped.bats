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

# What is seen before the first line of the journal is of pilots, or of what measures costs.
start() { # MODEL [MORE...]: one unit of 3 s for each of two tasks; its processes are in TREE
    begin 2 hrtimer_nanosleep --after out/trials.jsonl -- --workload sleep --set time=3s --models "$@"
}

start_fetch() { # [MORE...]: the same with a service, which answers after 3 s
    begin 2 wait_woken sk_wait_data -- --workload fetch --set delay=3s --models threads "$@"
    SERVICE=$(pgrep -P "${TREE[0]}" -x contend-service)
}

# A machine may take the processors away for as long as the units last, so a run that ended unseen is begun again.
begin() { # what in_run.py waits for -- ARGS: the run's
    local seen=() attempt tree
    while [ "$1" != -- ]; do
        seen+=("$1")
        shift
    done
    shift
    for attempt in 1 2 3 4 5; do
        rm -rf out
        "$CONTEND" run --concurrency 2 --workers 2 --units 2 --tasks 2 --blocks 1 --quiet --out out "$@" >output 2>&1 3>&- &
        RUN=$!
        if tree=$(/usr/bin/python3 "$BATS_TEST_DIRNAME/in_run.py" "$RUN" "${seen[@]}"); then
            read -ra TREE <<<"$tree"
            return 0
        fi
        echo "attempt $attempt: the run ended before it was seen in its units" >&2
        wait "$RUN" || cat output >&2
    done
    return 1
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
