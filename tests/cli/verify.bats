#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# verify: its options, exit codes and output; that planted mistakes are caught is among the bars themselves.

bats_require_minimum_version 1.5.0

load ../limit

@test "the bars are listed, also as JSON" {
    run "$CONTEND" verify --list
    [ "$status" -eq 0 ]
    [[ "$output" == *coverage*recorder*mutants*false-alarms* ]]
    "$CONTEND" verify --list --json | /usr/bin/python3 -c 'import json, sys; assert all(b["name"] and b["summary"] for b in json.load(sys.stdin))'
}

@test "what is unknown is refused in one line with the nearest name" {
    run "$CONTEND" verify --bar recordr
    [ "$status" -eq 2 ]
    [[ "$output" == *"did you mean 'recorder'?"* ]]
    [ "${#lines[@]}" -eq 1 ]
    run "$CONTEND" verify --models thread
    [ "$status" -eq 2 ]
    [[ "$output" == *"did you mean 'threads'?"* ]]
    run "$CONTEND" verify --seed x
    [ "$status" -eq 2 ]
    run "$CONTEND" verify more
    [ "$status" -eq 2 ]
}

@test "mistakes that are planted are all caught, and no sound trial is" {
    run --separate-stderr "$CONTEND" verify --quick --bar mutants --json
    echo "$output" # shown when what follows fails
    [ "$status" -eq 0 ]
    echo "$output" | /usr/bin/python3 -c '
import json, sys
rows = {b["name"]: b for b in json.load(sys.stdin)["bars"]}
assert rows["mutants of workloads caught"]["measured"] == 100
assert rows["mutants of workloads caught"]["how"].startswith("52 of 52 ")
assert rows["mutants of models caught"]["how"].startswith("12 of 12 ")
assert rows["mutants of models caught"]["measured"] == 100
assert rows["mutants false alarms"]["measured"] == 0'
}

@test "so few pairs that no bar could be missed are no pass either" {
    run --separate-stderr "$CONTEND" verify --quick --bar false-alarms --models serial --json
    echo "$output"
    missed=$(echo "$output" | grep -c '"pass": *false' || true) # a machine that is noisy in the wrong way may raise so many
    [ "$status" -eq $((missed ? 1 : 4)) ]
    echo "$output" | /usr/bin/python3 -c '
import json, sys
rows = json.load(sys.stdin)["bars"]
names = [f"false-alarms serial {where} --equiv {margin}%" for where in ("alone", "loaded") for margin in (0, 2)]
assert [r["name"] for r in rows] == names
for r in rows: # at most 25 comparisons: 0 alarms of them leave up to 13.7 % open, and the bar doubled is 10 %
    assert (r["verdict"], r["pass"]) in (("not ruled out", None), ("undecided", None)) or r["pass"] is False, r
for strict, lax in zip(rows[::2], rows[1::2]): # of the same pairs: an interval inside of the margin is no alarm
    assert strict["verdict"] == "undecided" or strict["measured"] >= lax["measured"]'
}

@test "causes of gaps are judged, or the row says why one could not be made" {
    cd "$BATS_TEST_TMPDIR" || exit 1
    run --separate-stderr "$CONTEND" verify --quick --bar gaps --json
    echo "$output" >rows
    [[ "$status" =~ ^[014]$ ]] # any verdict will do: what a busy machine does to it is for verify to say
    /usr/bin/python3 - >what <<'P'
import json
rows = {b["name"]: b for b in json.load(open("rows"))["bars"]}
assert list(rows) == [f"gaps {cause}" for cause in ("preemption", "interrupts", "faults", "migration", "throttling")]
for name, r in rows.items():
    made = int(r["how"].split()[0])
    assert (made >= 20 if r["measured"] is not None else r["verdict"] == "undecided" and r["note"]), r
    if r["measured"] is None:
        print(f"{name}: {r['note']}", end="; ")
P
    [ ! -s what ] || skip "in part: $(cat what)"
}

@test "the same seed gives the same simulations, another others" {
    one() { "$CONTEND" verify --quick --bar coverage --json --seed "$1" 2>/dev/null | grep -E '"measured"'; }
    [ "$(one 1)" = "$(one 1)" ]
    [ "$(one 1)" != "$(one 2)" ]
}

@test "planted workloads and models are not offered to users" {
    run "$CONTEND" run --workload verify-loop --dry-run
    [ "$status" -eq 2 ]
    run "$CONTEND" run --workload null --models verify-bare --dry-run
    [ "$status" -eq 2 ]
    run "$CONTEND" list workloads
    [[ "$output" != *verify-loop* ]]
}

@test "interrupted, it ends with 130, what it told is whole, and nothing is left running" {
    "$CONTEND" verify --quick --bar coverage,false-alarms --json --scratch "$BATS_TEST_TMPDIR" \
        >"$BATS_TEST_TMPDIR/out.json" 2>/dev/null 3>&- &
    pid=$!
    # until a trial is under way: its arguments name its scratch directory
    eventually pgrep -f "contend trial .*$BATS_TEST_TMPDIR" >/dev/null
    kill -INT "$pid"
    code=0
    wait "$pid" || code=$?
    [ "$code" -eq 130 ]
    /usr/bin/python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); assert not d["complete"] and len(d["bars"]) >= 4' "$BATS_TEST_TMPDIR/out.json"
    eventually no_match "contend trial .*$BATS_TEST_TMPDIR"
}
