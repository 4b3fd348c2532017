#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Size: thousands of live threads and processes, a hundred thousand sleeping tasks on one loop; and all of it is gone after.
# Skipped only where a limit of the machine forbids it, with the limit and its value.

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

most_alive() { # how many threads of this test's trials are seen alive at once while PID lives; also -L: threads
    local most=0 n
    while kill -0 "$1" 2>/dev/null; do
        n=$(ps -e $2 -o args= | grep -c "^contend trial [0-9]* $DIR")
        [ "$n" -gt "$most" ] && most=$n
        sleep 0.2
    done
    echo "$most"
}

all_at_once() { # MODEL N PS-OPTION
    "$INSTALLED" run --workload sleep --set time=4s --models "$1" --concurrency "$2" --units "$2" --tasks "$2" --blocks 1 --limit 120s --quiet --out out >o 2>&1 &
    pid=$!
    alive=$(most_alive "$pid" "$3")
    code=0
    wait "$pid" || code=$?
    echo "$alive alive at once; exit $code; $(cell out "$1")" >&2
    [ "$code" -eq 0 ]
    [[ "$(cell out "$1")" == ok:* ]]
    [ "$alive" -ge "$2" ]
    grep -q "\"worker_count\":$2," out/trials.jsonl
    no_trials
    [ "$(ls -A)" = "$(printf 'o\nout')" ]
}

@test "4,000 live threads" {
    room_for 4000 600
    all_at_once threads 4000 -L
}

@test "1,000 live processes" {
    room_for 1000 1000
    all_at_once processes 1000 ""
}

@test "100,000 sleeping tasks on one loop, at most 1 KiB each" {
    room_for 10 400
    for n in 1000 100000; do
        "$INSTALLED" run --workload sleep --set time=2s --models async --concurrency "$n" --units "$n" --tasks "$n" --blocks 1 --limit 120s --quiet --out "of$n"
    done
    no_trials
    [ -z "$CONTEND_SANITIZE" ] || skip "all of them slept; what a task takes is not told by a $CONTEND_SANITIZE build"
    /usr/bin/python3 - <<'PY'
import json
kb = {}
for n in (1000, 100000):
    t = [json.loads(x) for x in open(f"of{n}/trials.jsonl")][1]
    assert t["status"] == "ok" and t["units"] == n and t["worker_count"] == 1, t["reason"]
    # all were in flight at once: else it would have taken many times as long as one of them
    assert t["wall_ns"] < 50 * 2e9
    kb[n] = t["memory"]["peak_rss_bytes"]
each = (kb[100000] - kb[1000]) / 99000
print(f"{each:.0f} bytes a task")
assert 0 < each <= 1024, each
PY
}
