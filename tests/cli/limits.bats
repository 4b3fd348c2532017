#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Limits on the processing units: quotas of control groups, also those of a group further up, and masks; and on memory.

load ../limit

setup() {
    DIR=$(mktemp -d)
    export TMPDIR=$DIR
    GROUP=""
}

teardown() {
    spin_end
    [ -z "$GROUP" ] || rmdir "$GROUP/below" "$GROUP" || true
    rm -rf "$DIR"
}

quota_group() { # a group with a quota of a twentieth of a unit: less than what a crowded machine leaves to one process, and one below it without
    if [ -w /sys/fs/cgroup/cpu ] && mkdir "/sys/fs/cgroup/cpu/contend-test-$$" 2>/dev/null; then
        GROUP=/sys/fs/cgroup/cpu/contend-test-$$ PROCS=cgroup.procs
        mkdir "$GROUP/below" && echo 5000 >"$GROUP/cpu.cfs_quota_us"
    elif mkdir "/sys/fs/cgroup/contend-test-$$" 2>/dev/null; then
        GROUP=/sys/fs/cgroup/contend-test-$$ PROCS=cgroup.procs
        mkdir "$GROUP/below"
        [ -e "$GROUP/cpu.max" ] || skip "this group has no cpu controller"
        echo "5000 100000" >"$GROUP/cpu.max"
    else
        skip "no control group can be made here"
    fi
}

@test "a quota of a group above is seen before, and its stops in each trial" {
    quota_group
    # shellcheck disable=SC2016
    bash -c 'echo $$ >"$1/below/$2" && exec "$3" run --workload primes --units 300 --tasks 6 --models threads --concurrency 2 --workers 2 --blocks 2 --limit "$5" --out "$4"' - \
        "$GROUP" "$PROCS" "$CONTEND" "$DIR/quota" "$(scaled 600000)ms" >/dev/null 2>"$DIR/err"
    grep -q 'error: quota: 0.05 CPUs' "$DIR/err"
    /usr/bin/python3 - "$DIR/quota" <<'P'
import json, re, sys
trials = [json.loads(line) for line in list(open(sys.argv[1] + "/trials.jsonl"))[1:]]
assert len(trials) == 2 and max(t["throttled_ns"] for t in trials) > 0, trials # how often depends on what else runs
lost = sum(t["throttled_ns"] > 0.01 * 2 * t["wall_ns"] for t in trials)
f = [f["text"] for f in json.load(open(sys.argv[1] + "/summary.json"))["findings"] if f["id"] == "disturbed"]
assert not lost or re.search(r"quota [0-9.]+ % of {} trial".format(lost), f[0]), f
P
}

memory_group() { # a group with a limit of 96 MiB, and one below it without
    if [ -w /sys/fs/cgroup/memory ] && mkdir "/sys/fs/cgroup/memory/contend-test-$$" 2>/dev/null; then
        GROUP=/sys/fs/cgroup/memory/contend-test-$$
        mkdir "$GROUP/below" && echo 100663296 >"$GROUP/memory.limit_in_bytes"
    elif mkdir "/sys/fs/cgroup/contend-test-$$" 2>/dev/null; then
        GROUP=/sys/fs/cgroup/contend-test-$$
        mkdir "$GROUP/below"
        [ -e "$GROUP/memory.max" ] || skip "this group has no memory controller"
        echo 100663296 >"$GROUP/memory.max"
    else
        skip "no control group can be made here"
    fi
}

@test "a limit of memory of a group above is seen before, not by being killed" {
    memory_group
    # shellcheck disable=SC2016
    in_group() { bash -c 'echo $$ >"$1/below/cgroup.procs" && shift && exec "$@"' - "$GROUP" "$CONTEND" run --workload sum \
        --models serial --units 2 --tasks 1 --blocks 1 --quiet --out "$DIR/out" --set "$1"; }
    run in_group size=128MiB
    [ "$status" -eq 1 ]
    [[ "$output" =~ "its tasks need 128 MiB of memory, "([0-9]+)" MiB are available; choose less" ]]
    [ "${BASH_REMATCH[1]}" -lt 96 ]
    run in_group size=32MiB
    [ "$status" -eq 0 ]
}

@test "one allowed unit: all workers on it, and the table says that more were asked for" {
    unit=$(taskset -pc $$ | grep -oE '[0-9]+$')
    run taskset -c "$unit" "$CONTEND" run --workload primes --units 8 --tasks 4 --models serial,threads,async-offload \
        --concurrency 2 --workers 2 --blocks 1 --quiet --out "$DIR/one"
    [ "$status" -eq 0 ]
    [[ "$output" == *"more workers asked for than there are allowed processing units (threads, async-offload)"* ]]
    /usr/bin/python3 - "$DIR/one/summary.json" "$unit" <<'P'
import json, sys
assert all(c["placement"]["pus"] == [int(sys.argv[2])] for c in json.load(open(sys.argv[1]))["cells"])
P
    run taskset -c "$unit" "$CONTEND" run --workload primes --pus 1023 --out "$DIR/bad"
    [ "$status" -eq 2 ]
    [ "${#lines[@]}" -eq 1 ]
}

@test "--gaps: the causes of pauses on the unit that a cell leaves free, in each trial; nothing of it stays" {
    units=($(/usr/bin/python3 -c 'import os; print(*sorted(os.sched_getaffinity(0))[:2])'))
    [ "${#units[@]}" -eq 2 ] || skip "one allowed unit: none is left free"
    spin "${units[1]}"
    taskset -c "${units[0]},${units[1]}" "$CONTEND" run --workload sleep --set time=1ms --units 3000 --tasks 2 --models serial,threads,processes-each,async \
        --pus "${units[0]}" --concurrency 2 --blocks 2 --gaps --quiet --out "$DIR/gaps" >/dev/null
    spin_end
    /usr/bin/python3 - "$DIR/gaps" "${units[1]}" >"$DIR/what" <<'P'
import json, sys
lost = by = 0
trials = [json.loads(line) for line in list(open(sys.argv[1] + "/trials.jsonl"))[1:]]
assert len(trials) == 8 and all(t["status"] == "ok" for t in trials), [t["reason"] for t in trials]
for t in trials:
    g = t["gaps"]
    assert g, t.get("gaps_unavailable")
    assert t["gaps_pu"] == g["pu"] == int(sys.argv[2]), t["gaps_pu"]
    assert g["count"] == sum(g["causes"].values()), g
    assert g["causes"]["preemption"] > 0, g  # the two must take turns
assert all(t["pressure_ns"] > 0 for t in trials if t["pressure_ns"] is not None)
# what a quota or the host takes may be more than what the other takes, and then is the top cause
tops = [t["gaps"]["top_cause"] for t in trials]
ours = [cause for cause in tops if cause not in ("throttling", "host")]
if not ours:
    print("skip: a quota or the host took most of the CPU in each trial:", tops)
assert ours.count("preemption") == len(ours), ours
P
    cat "$DIR/what"
    /usr/bin/python3 - "$DIR" <<'P'
import glob, sys
mark = ("TMPDIR=" + sys.argv[1]).encode()  # others may measure on this machine, too
for path in glob.glob("/proc/[0-9]*/comm"):
    try:
        name, env = open(path).read().strip(), open(path.replace("comm", "environ"), "rb").read()
    except OSError:
        continue
    assert name != "contend-gaps" or mark not in env.split(b"\0"), path
P
    run taskset -c "${units[0]}" "$CONTEND" run --workload primes --units 8 --tasks 4 --models serial --blocks 1 --gaps --quiet --out "$DIR/none"
    [ "$status" -eq 0 ]
    tail -n 1 "$DIR/none/trials.jsonl" | grep -q '"gaps":null,"gaps_unavailable":"no allowed processing unit is free"'
    run "$CONTEND" run --workload primes --units 8 --tasks 4 --models serial --order none --blocks 1 --gaps --quiet --out "$DIR/free"
    tail -n 1 "$DIR/free/trials.jsonl" | grep -q '"gaps":null,"gaps_unavailable":"workers are not pinned"'
    tail -n 1 "$DIR/free/trials.jsonl" | grep -q '"canary_before_ns":[1-9]' # of the units that they may run on
    run "$CONTEND" run --workload primes --units 8 --tasks 4 --models serial --blocks 1 --quiet --out "$DIR/off"
    tail -n 1 "$DIR/off/trials.jsonl" | grep -q '"gaps":null,"gaps_unavailable":"not asked for: run --gaps"'
    ! grep '^skip: ' "$DIR/what" || skip "$(sed -n 's/^skip: //p' "$DIR/what")"
}
