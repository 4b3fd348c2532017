#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Limits on the processing units: quotas of control groups, also those of a group further up, and masks.

setup() {
    DIR=$(mktemp -d)
    export TMPDIR=$DIR
    GROUP=""
}

teardown() {
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
    bash -c 'echo $$ >"$1/below/$2" && exec "$3" run --workload primes --units 300 --tasks 6 --models threads --concurrency 2 --workers 2 --blocks 2 --out "$4"' - \
        "$GROUP" "$PROCS" "$CONTEND" "$DIR/quota" >/dev/null 2>"$DIR/err"
    grep -q 'error: quota: 0.05 CPUs' "$DIR/err"
    /usr/bin/python3 - "$DIR/quota" <<'P'
import json, sys
stopped = [json.loads(line)["throttled_ns"] for line in list(open(sys.argv[1] + "/trials.jsonl"))[1:]]
assert len(stopped) == 2 and max(stopped) > 0, stopped # how often depends on what else runs
f = [f["text"] for f in json.load(open(sys.argv[1] + "/summary.json"))["findings"] if f["id"] == "disturbed"]
assert f and "quota %d" % sum(s > 0 for s in stopped) in f[0], f
P
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
