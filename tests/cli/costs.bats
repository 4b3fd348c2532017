#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# doctor --costs, and the costs that runs keep. What is asserted of values holds on any machine.

bats_require_minimum_version 1.5.0

load ../limit

setup() {
    DIR=$(mktemp -d)
    cd "$DIR" || exit 1
}

teardown() {
    cd / && rm -rf "$DIR"
}

last_cpu() {
    /usr/bin/python3 -c 'import os; print(max(os.sched_getaffinity(0)))'
}

@test "doctor measures the quick costs, with intervals, ranges and effects" {
    "$CONTEND" doctor --sample 0ms --json >doctor.json
    /usr/bin/python3 - <<'P'
import json, os
costs = json.load(open("doctor.json"))["costs"]
named = {"clock_read", "system_call", "page_fault", "thread_start", "process_start", "true_start", "thread_switch", "process_switch",
         "switch_ratio", "remote_wake", "timer_late", "copy_bandwidth"}
if len(os.sched_getaffinity(0)) == 1:
    assert costs["remote_wake"] is None and costs.pop("remote_wake_unavailable"), costs
    del costs["remote_wake"]
    named.remove("remote_wake")
assert {k for k in costs if not k.endswith("_unavailable")} == named, set(costs) ^ named
late = [k for k in named if costs[k] is None]  # on a machine that is too busy
assert all("the time was up" in costs[k + "_unavailable"] for k in late), costs
for name in late:
    print("skip:", name)
    del costs[name], costs[name + "_unavailable"]
for name, c in costs.items():
    assert 0 < c["median"] and c["effect"] and c["expected"]["source"] and c["expected"]["least"] < c["expected"]["most"], c
    if c["lower"] is not None:
        assert c["lower"] <= c["median"] <= c["upper"], c
        inside = c["upper"] >= c["expected"]["least"] and c["lower"] <= c["expected"]["most"]
        assert (c["judgement"] == "expected") == inside, c
    else:
        assert c["lower_unavailable"] and c["judgement"] == "unknown", c
for more, less in (("process_start", "system_call"), ("process_start", "page_fault"), ("true_start", "clock_read")):
    if more in costs and less in costs:
        assert costs[more]["median"] > costs[less]["median"], costs
P
}

@test "the checks end with what the costs come to" {
    "$CONTEND" doctor --sample 0ms >text
    grep -qE '^[0-9]+ of [0-9]+ costs of basic operations are as expected; contend doctor --costs prints them$' text
    mkdir m
    "$CONTEND" doctor --root m >text
    grep -q '^costs of basic operations: not measured: --root names another machine' text
    "$CONTEND" doctor --root m --json | /usr/bin/python3 -c 'import json, sys
d = json.load(sys.stdin)
assert d["costs"] is None and d["costs_unavailable"], d["costs"]'
}

@test "--costs is a table that fits 80 columns, by groups" {
    COLUMNS=80 "$CONTEND" doctor --costs --sample 0ms >narrow
    COLUMNS=160 "$CONTEND" doctor --costs --sample 0ms >wide
    /usr/bin/python3 - <<'P'
import re
narrow, wide = (open(name, encoding="utf-8").read() for name in ("narrow", "wide"))
assert max(map(len, narrow.splitlines())) <= 80, max(narrow.splitlines(), key=len)
row = re.compile(r"^  (\w+) +[\d.]+(?:ns|us|ms|s|[kMG]?B/s)? +(?:-|\S+ … \S+) +\S+ … \S+  (ok|not known|[\d.e+]+× (?:above|below))", re.M)
names = [m[1] for m in row.finditer(narrow)]
assert len(names) + narrow.count("the time was up") >= 11 and "page_fault" in names and "process_switch" in names, narrow
assert "the first touch of a page of private memory" in wide and "the first touch" not in narrow
outside = [m[1] for m in row.finditer(narrow) if m[2][0].isdigit()]
told = re.findall(r"^  (\w+): [\d.]+\w*(?:B/s)?, [\d.e+]+× (?:above|below) what", narrow, re.M)
assert outside == told, (outside, told)
P
}

@test "--costs --long has many more, of caches, messages, locks and files" {
    "$CONTEND" doctor --costs --long --json --sample 0ms >long.json
    /usr/bin/python3 - <<'P'
import json
d = json.load(open("long.json"))["costs"]
costs = {k: v for k, v in d.items() if v and not k.endswith("_unavailable")}
missing = {k: d[k + "_unavailable"] for k, v in d.items() if v is None}
print(missing)
assert len(costs) + len(missing) >= 40 and all(missing.values())
assert len(costs) >= 25, missing
assert len({c["group"] for c in costs.values()}) >= 6
value = {k: c["median"] for k, c in costs.items()}
for less, more in (("clock_read", "fork_1m"), ("mutex", "thread_start"), ("system_call", "tcp_round"), ("load_l1", "load_memory"),
                   ("atomic_add", "pipe_round"), ("file_stat", "shell_start"), ("epoll_wait", "shell_start")):
    if less in value and more in value:
        assert value[less] < value[more], (less, value[less], more, value[more])
P
}

@test "with one CPU what needs two is missing with its reason" {
    taskset -c "$(last_cpu)" "$CONTEND" doctor --costs --sample 0ms >one
    grep -q '^  remote_wake: only one CPU may be used$' one
    run -1 grep '^  remote_wake .*[0-9]' one
    taskset -c "$(last_cpu)" "$CONTEND" doctor --sample 0ms --json | /usr/bin/python3 -c 'import json, sys
c = json.load(sys.stdin)["costs"]
assert c["remote_wake"] is None and c["remote_wake_unavailable"] == "only one CPU may be used", c
for k in ("thread_switch", "switch_ratio"):
    assert c[k]["median"] > 0 if c[k] else "the time was up" in c[k + "_unavailable"], c'
}

@test "a run keeps the costs in its environment, and what is of one session in its file" {
    "$CONTEND" run --workload sleep --models serial --units 4 --tasks 2 --blocks 3 --quiet --out r >/dev/null
    head -n -1 r/trials.jsonl >cut && cp cut r/trials.jsonl
    "$CONTEND" run --resume r --quiet >/dev/null
    /usr/bin/python3 - <<'P'
import json
first, second = (json.load(open(f"r/environment{which}.json"))["costs"] for which in ("", "-2"))
for c in (first, second):
    for name in ("clock_read", "system_call", "page_fault", "process_start"):
        assert c[name]["median"] > 0 if c[name] else "the time was up" in c[name + "_unavailable"], c
assert "mutex" not in first
both = [k for k, v in first.items() if isinstance(v, dict) and isinstance(second[k], dict)] # a slow machine may have measured none
assert not both or any(first[k] != second[k] for k in both), (first, second)
P
    "$CONTEND" show r >shown
    /usr/bin/python3 - <<'P'
# One of a version before has none, and is read; one with a value far off gets a finding; one that is damaged, a line.
import json
d = json.load(open("r/environment.json"))
d["costs"]["page_fault"] = {"median": 1e6, "lower": 9e5, "upper": 2e6, "unit": "ns", "rounds": 9}
json.dump(d, open("far.json", "w"))
del d["costs"]
json.dump(d, open("before.json", "w"))
d["costs"] = 3
json.dump(d, open("bad.json", "w"))
P
    cp before.json r/environment.json
    "$CONTEND" show r >shown
    run -1 grep 'page_fault' shown
    cp far.json r/environment.json
    "$CONTEND" show r >shown
    grep -q 'page_fault 1.00ms, 250× above' shown
    cp bad.json r/environment.json
    run "$CONTEND" show r
    [ "$status" -eq 1 ]
    [[ "$output" == *"environment.json:1:"*"costs"* ]]
}

@test "what --costs does not go with is a usage error of one line" {
    mkdir m
    for bad in "--long" "--costs --strict" "--costs --root m" "--costs --history" "--costs=5" "--costs extra"; do
        # shellcheck disable=SC2086
        run "$CONTEND" doctor $bad
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
    done
}

@test "nothing that was started is left, also when doctor is killed in the middle" {
    session() { ps -o pid= --ppid "$1" 2>/dev/null; }
    "$CONTEND" doctor --costs --long --sample 0ms >/dev/null &
    pid=$!
    child_there() { [ -n "$(session "$pid")" ]; }
    eventually child_there
    child=$(session "$pid" | head -n 1 | tr -d ' ')
    kill -KILL "$pid"
    wait "$pid" || true
    gone() { ! alive "$child"; }
    eventually gone
}

@test "where nothing could be measured, doctor --costs says why in place of a table" {
    [ -z "$CONTEND_SANITIZE" ] || skip "a sanitizer does not run so"
    "$CONTEND_BUILD/tests/deny" poll EPERM -- "$CONTEND" doctor --costs >told
    cat told
    # The process that measures is ended at once; on a busy machine it may have had a round by then, with a value or none.
    grep -qx "Nothing was measured: .*poll: Operation not permitted" told ||
        { grep -q "^ *clock_read .*ns" told && tr -s '\n ' ' ' <told | grep -qF "poll: Operation not permitted"; }
}
