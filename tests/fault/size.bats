#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Size: thousands of live threads and processes, a hundred thousand sleeping tasks on one loop; and all of it is gone after.
# Skipped only where a limit of the machine forbids it, with the limit and its value.

load common

setup_file() {
    install_contend
}

setup() {
    # The tests of another build may run at the same time; two of these at once need twice the room. A process that is left
    # behind must not keep the lock: only flock has it, which ends with this test.
    flock "$BATS_TEST_FILENAME" sh -c 'echo locked; while kill -0 "$1" 2>/dev/null; do sleep 0.2; done' - $$ 3>&- >"$BATS_TEST_TMPDIR/lock" &
    until grep -q locked "$BATS_TEST_TMPDIR/lock" 2>/dev/null; do # as long as the other takes
        alive $!
        sleep 0.1
    done
    scratch_setup
}

teardown() {
    scratch_teardown
}

room_for() { # N threads or processes: skips with what forbids it
    local n=$1 file value
    value=$(ulimit -u)
    [ "$value" = unlimited ] || [ "$value" -ge $((n + 500)) ] || skip "ulimit -u is $value: $n are wanted"
    for file in /proc/sys/kernel/threads-max /proc/sys/kernel/pid_max /sys/fs/cgroup/pids.max "/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)/pids.max"; do
        value=$(cat "$file" 2>/dev/null) || continue
        [ "$value" = max ] || [ "$value" -ge $((n + 1000)) ] || skip "$file is $value: $n are wanted"
    done
    value=$(awk '/MemAvailable/ {print int($2 / 1024)}' /proc/meminfo)
    [ "$value" -ge "$2" ] || skip "$value MiB of memory are available, $2 are wanted"
}

# How many threads or processes of this test's trials are seen alive at once while RUN lives. The kernel tells it in one file of
# the trial's, which is read at once, also where there are thousands.
most_alive() { # RUN threads|processes
    local most=0 n pid
    while alive "$1"; do
        for pid in $(pgrep -f "^contend trial [0-9]* $DIR" | head -n 3); do # the keeper and the trial are the oldest
            case $2 in
                threads) n=$(sed -n 's/^Threads:\s*//p' "/proc/$pid/status" 2>/dev/null) || true ;;
                processes) n=$(cat "/proc/$pid"/task/*/children 2>/dev/null | wc -w) || true ;;
            esac
            [ "${n:-0}" -le "$most" ] || most=$n
        done
        sleep 0.1
    done
    echo "$most"
}

all_at_once() { # MODEL N threads|processes: they sleep ever longer until there is the time to look at them
    local s
    for s in 2 8 32 128; do
        seen_at_once "$s" "$@"
        [ "$alive" -lt "$2" ] || break
    done
    [ "$alive" -ge "$2" ]
}

seen_at_once() { # SECONDS MODEL N threads|processes: how many were seen, in $alive
    local s=$1
    shift
    rm -rf out
    "$INSTALLED" run --workload sleep --set "time=${s}s" --models "$1" --concurrency "$2" --units "$2" --tasks "$2" --blocks 1 --limit "$(scaled 240000)ms" --quiet --out out >o 2>&1 &
    pid=$!
    alive=$(most_alive "$pid" "$3")
    code=0
    wait "$pid" || code=$?
    echo "$alive alive at once; exit $code; $(cell out "$1")" >&2
    [ "$code" -eq 0 ]
    [[ "$(cell out "$1")" == ok:* ]]
    grep -q "\"worker_count\":$2," out/trials.jsonl
    no_trials
    [ "$(ls -A)" = "$(printf 'o\nout')" ]
}

@test "4,000 live threads" {
    room_for 4000 600
    all_at_once threads 4000 threads
}

@test "1,000 live processes" {
    room_for 1000 1000
    [ -e "/proc/$$/task/$$/children" ] || skip "the kernel tells no children: no CONFIG_PROC_CHILDREN"
    all_at_once processes 1000 processes
}

@test "100,000 sleeping tasks on one loop, at most 1 KiB each" {
    room_for 10 400
    for n in 1000 100000; do
        "$INSTALLED" run --workload sleep --set time=2s --models async --concurrency "$n" --units "$n" --tasks "$n" --blocks 1 --limit "$(scaled 240000)ms" --quiet --out "of$n"
    done
    no_trials
    [ -z "$CONTEND_SANITIZE" ] || skip "all of them slept; what a task takes is not told by a $CONTEND_SANITIZE build"
    /usr/bin/python3 - <<'PY'
import json
kb = {}
for n in (1000, 100000):
    t = [json.loads(x) for x in open(f"of{n}/trials.jsonl")][1]
    assert t["status"] == "ok" and t["units"] == n and t["worker_count"] == 1, t["reason"]
    # all were in flight at once, however slow the machine is: their times together are that of the trial, so many times
    assert t["latency_ns"]["mean"] * n / t["wall_ns"] > n / 10, (t["latency_ns"]["mean"], t["wall_ns"])
    kb[n] = t["memory"]["peak_rss_bytes"]
each = (kb[100000] - kb[1000]) / 99000
print(f"{each:.0f} bytes a task")
assert 0 < each <= 1024, each
PY
}
