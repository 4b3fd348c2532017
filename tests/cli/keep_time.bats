#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A run keeps a time: what it gives up for it, and what it says of that. What is asserted are the numbers of the plan, and
# that the run ended where the times in its own journal say. Only lower bounds of time are relied on: those of sleeping.

load own_directory

# A trial takes 100 ms at least. Serial is one cell at 1 and 4 in flight, so there are 10, and a block takes 1 s.
suite() { # TIME [MEMBERS]
    cat >suite.json <<S
{"schema": "contend/suite/1", "name": "slow", "blocks": 100, $([ "$1" = none ] || echo "\"time\": \"$1\",") ${2:-}
 "runs": [{"workload": "sleep", "set": {"time": ["1ms", "2ms"]}, "concurrency": [1, 4], "mode": "closed", "duration": "100ms",
           "models": ["serial", "threads", "async"]}]}
S
}

# In PYTHON: `plan` and its `time`, `skips` (reasons by cell), `trials`, and of the summary `s` the finding `found` or None.
of_run() { # RUN PYTHON
    /usr/bin/python3 -c 'import json, sys
plan, *trials = map(json.loads, open(sys.argv[1] + "/trials.jsonl"))
s = json.load(open(sys.argv[1] + "/summary.json"))
time, skips = plan["time"], {x["cell"]: x["reason"] for x in plan["skips"]}
found = next((f for f in s["findings"] if f["id"] == "time"), None)
spent = [0] * plan["blocks"] # ns of each block
for t in trials:
    spent[t["block"]] += t["took_ns"]
def is_up(n): # after n blocks, as the program has to see it
    used = sum(spent[:n])
    next = (used - spent[0]) / (n - 1) if n > 1 else used
    over = 0.05 * time["asked_ns"] if n < time["blocks_planned"] else 0
    return time["blocks_least"] <= n < plan["blocks"] and used + next > time["trials_ns"] + over
exec(sys.argv[2])' "$@"
}

@test "a suite's time: blocks are given up first, it is told, and the run ends by it" {
    suite 30s
    "$CONTEND" run ./suite.json --out one >told 2>said
    [ "$(grep -cE '^slow: 30 s asked; its 100 blocks would take about [0-9.]+ min here, so about [0-9]+ are measured \(--time none measures all\)$' said)" -eq 1 ]
    of_run one 'assert time["asked_ns"] == 30e9 and time["blocks_asked"] == plan["blocks"] == 100, time
assert time["blocks_least"] == 7 and time["cells_left_out"] == 0 and not skips, time
assert 7 <= time["blocks_planned"] < 100 and time["whole_ns"] > 100 * 1e9, time
assert 0 < time["trials_ns"] < time["asked_ns"], time
n = s["blocks"]
assert s["complete"] and len(trials) == 10 * n, (n, len(trials))
assert is_up(n) and not any(is_up(i) for i in range(1, n)), (n, time, spent)
assert s["stop"]["ended_by"] == "time used up" and s["time"] == time, s["stop"]
assert found and "of 100 blocks are there" in found["text"] and "--time none" in found["advice"], found
assert found["severity"] == "info" or "longer all the same" in found["text"], found'
    grep -qE '^slow: [0-9]+ of [0-9]+ trials, [0-9]+ blocks, ended: time used up, seed 1$' told
    "$CONTEND" show one --json | cmp - one/summary.json
}

@test "where the fewest blocks take too long the most expensive cells are left out, and that is told wherever skips are" {
    suite 1s
    "$CONTEND" run ./suite.json --out one >told 2>said
    # One point is left, with two models: 6 blocks of 200 ms are more than that already.
    of_run one 'assert (time["cells_left_out"], time["blocks_least"], time["blocks_planned"]) == (len(skips), 6, 6), time
assert time["planned_ns"] > time["asked_ns"] and plan["runnable"] == 2, time
there = [p for p in plan["points"] if p["cells"]]
assert len(there) == 1 and there[0]["serial"] in there[0]["cells"] and there[0]["left_out"] == 1, plan["points"]
assert all(p["left_out"] == 3 and p["serial"] == -1 for p in plan["points"] if not p["cells"]), plan["points"]
assert all(r.startswith("left out to keep the time of 1 s: it would take ") for r in skips.values()), skips
assert s["blocks"] == 6 and s["complete"] and s["trials"]["skipped"] == len(skips), s["trials"]
assert [c["status"] for c in s["cells"]].count("skipped") == len(skips)
assert found["severity"] == "warn" and ", without sleep time=" in found["text"] and "longer all the same" in found["text"], found
won = [f for f in s["findings"] if f["id"] == "winner"]
assert all("fastest of those measured" in f["text"] or "fastest" not in f["text"] or "may be fastest" in f["text"] for f in won), won'
    grep -qE '^slow: 1 s asked; its 100 blocks would .* and [0-9]+ cells are left out: sleep time=.ms under .* in flight.*; that still takes about .*\(--time none measures all\)$' said
    grep -q 'left out to keep the time of 1 s: it would take' told
}

@test "--dry-run tells what would be left out, and writes nothing" {
    suite 1s
    "$CONTEND" run ./suite.json --dry-run >plan 2>said
    [ "$(grep -c 'skipped: left out to keep the time of 1 s: it would take' plan)" -eq 8 ]
    grep -qE '^10 cells, 8 skipped, 6 blocks: 12 trials, about [0-9]+ s; nothing was kept or written$' plan
    grep -q '^the time of 1 s ends it, else there would be 100 blocks$' plan
    grep -q '^slow: 1 s asked' said
    "$CONTEND" run ./suite.json --dry-run --quiet >plan 2>said
    [ ! -s said ]
    [ ! -e runs ]
}

@test "--time takes the place of the suite's, also without one; none lifts it; --blocks beside a suite is kept" {
    suite 1s
    "$CONTEND" run ./suite.json --time 2h --dry-run >plan 2>said
    grep -qE '^10 cells, 0 skipped, 100 blocks: 1000 trials, about [0-9]+ s;' plan
    grep -qE '^slow: 2 h asked; its 100 blocks take about [0-9.]+ min here$' said
    "$CONTEND" run ./suite.json --time none --dry-run >plan 2>said
    grep -qE '^10 cells, 0 skipped, 100 blocks: 1000 trials' plan
    run grep -q asked said
    [ "$status" -eq 1 ]
    "$CONTEND" run ./suite.json --blocks 40 --dry-run >plan 2>said
    grep -qE '^10 cells, 0 skipped, 40 blocks: 400 trials' plan
    grep -qE '^slow: --blocks 40 take about .* here, not the suite.s 1 s; --time would keep it$' said
    suite 2h
    "$CONTEND" run ./suite.json --blocks 40 --dry-run 2>&1 >plan | grep -qE '^slow: --blocks 40 take about .* here; the suite.s time is 2 h$'
    "$CONTEND" run ./suite.json --blocks 40 --time 1s --dry-run >plan 2>said # both are the user's: at most so many
    grep -q '^the time of 1 s ends it, else there would be 40 blocks$' plan
    "$CONTEND" run --workload sleep --set time=100ms --models serial,threads --units 2 --time 1s --dry-run >plan 2>said
    grep -qE '^2 cells, 0 skipped, 6 blocks: 12 trials' plan
    grep -q '^command-line: 1 s asked; its 10 blocks would take about ' said
    "$CONTEND" run --workload sleep --set time=1ms --models serial --units 2 --blocks 2 --quiet --out plain >/dev/null
    of_run plain 'assert time is None and plan["time_unavailable"] and s["time"] is None and not found, (time, found)'
}

@test "a rule that looks, and visits: the number of blocks is fixed before" {
    suite 30s
    "$CONTEND" run ./suite.json --until-clear --time 10s --seed 3 --out looks >/dev/null 2>said
    of_run looks 'assert plan["blocks"] == time["blocks_planned"] < time["blocks_asked"] == 100 and time["blocks_least"] >= 9, time'
    grep -qE '^slow: 10 s asked; its at most 100 blocks would take at most about ' said
    "$CONTEND" run ./suite.json --visits 3 --pause 100ms --time 5s --workload sleep --models serial,async --concurrency 1 --out visits >/dev/null 2>&1
    of_run visits 'assert plan["blocks"] == time["blocks_planned"] == s["blocks"] < 100 and time["trials_ns"] == 0 and plan["visits"] == 3, time'
}

@test "a resumed run keeps the plan of its journal, and ends where it would have" {
    suite 12s
    "$CONTEND" run ./suite.json --out cut >/dev/null 2>&1 &
    run_pid=$!
    eventually lines_in 20 cut/trials.jsonl
    kill -9 "$run_pid"
    wait "$run_pid" || true
    head -n 1 cut/trials.jsonl >before
    run "$CONTEND" run --resume cut --time 1h
    [ "$status" -eq 2 ]
    [[ "$output" == *"it takes no --time"* ]]
    "$CONTEND" run --resume cut --quiet >/dev/null
    head -n 1 cut/trials.jsonl | cmp before -
    of_run cut 'n = s["blocks"]
assert s["complete"] and n >= time["blocks_least"], (n, time)
assert n == 100 or is_up(n) and not any(is_up(i) for i in range(1, n)), (n, time, spent)'
}

@test "what is no time is refused, with its place; nothing is written" {
    refuses() { # TEXT ARGS...
        run "$CONTEND" "${@:2}"
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
        [[ "$output" == *"$1"* ]]
        [ ! -e bad ]
    }
    suite none
    refuses "--time: expected a time with a unit" run ./suite.json --time 5 --out bad
    refuses "--time: expected more than nothing, got '0s'; none lifts the suite's" run ./suite.json --time 0s --out bad
    refuses "--time: expected a time with a unit" run ./suite.json --time never --out bad
    for value in 600 true null '["1s"]' '{}'; do
        suite none "\"time\": $value,"
        refuses '"time" must be a time, such as "10min"' run ./suite.json --out bad
        refuses 'suite.json:1:71: ' run ./suite.json --out bad
    done
    suite none '"time": "0s",'
    refuses 'suite.json:1:71: time: expected more than nothing' run ./suite.json --out bad
    suite none '"time": "none",'
    refuses 'time: expected a time with a unit' run ./suite.json --out bad
    refuses "--live takes no --time: its trials alternate, and a rule or --budget ends them" compare --live a b --time=1s
    refuses "--time is for run: two runs are compared as they are" compare a b --time=1s
    run "$CONTEND" compare --help
    [[ "$output" != *"--time TIME"* ]]
}

@test "each suite that comes with it has a time, which list shows" {
    "$CONTEND" list suites --json | /usr/bin/python3 -c 'import json, re, sys
x = json.load(sys.stdin)
assert len(x) >= 8 and all(re.fullmatch(r"[0-9.]+(s|min|h)", i["time"]) for i in x), x
assert not any(re.search(r"minute|hour", i["summary"]) for i in x), x'
    "$CONTEND" list suites | grep -qE '^  standard .*; time: 10min$'
    "$CONTEND" list models --json | /usr/bin/python3 -c 'import json, sys; assert all(i["time"] is None for i in json.load(sys.stdin))'
}

@test "no unit of a suite is a wait of more than a second, which few trials would have" {
    /usr/bin/python3 -c 'import glob, json, re, sys
unit = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600}
times = 0
for path in glob.glob(sys.argv[1] + "/*.json"):
    for run in json.load(open(path))["runs"]:
        for name, v in run.get("set", {}).items():
            for x in v if isinstance(v, list) else [v]:
                m = re.fullmatch(r"([0-9.]+)(ns|us|ms|s|min|h)", str(x))
                times += bool(m)
                assert not m or float(m[1]) * unit[m[2]] <= 1, (path, run["workload"], name, x)
assert times' "$CONTEND_ROOT/bench/suites"
}
