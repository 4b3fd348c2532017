#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# run --visits: blocks that are spread over stretches of time. Only lower bounds of time are asserted: those that a pause
# guarantees, whatever else the machine does.

load own_directory

tiny() { # ARGS...
    "$CONTEND" run --workload sleep --set time=1ms --models serial,threads --concurrency 2 --units 4 --tasks 2 "$@"
}

# In PYTHON: of the run's plan and trials, `blocks`, which of each visit, and `start` and `end`: seconds in which the first
# trial of a block, and the last, began.
of_run() { # RUN PYTHON
    /usr/bin/python3 -c 'import datetime, json, sys
plan, *trials = map(json.loads, open(sys.argv[1] + "/trials.jsonl"))
began = lambda t: datetime.datetime.fromisoformat(t["started"].replace("Z", "+00:00")).timestamp()
n, visits = plan["blocks"], plan["visits"]
of_block = [[began(t) for t in trials if t["block"] == b] for b in range(n)]
start, end = [min(x) for x in of_block], [max(x) for x in of_block]
blocks = [range(v * n // visits, (v + 1) * n // visits) for v in range(visits)]
assert len({(t["block"], t["cell"]) for t in trials}) == len(trials) == n * plan["runnable"], len(trials)
exec(sys.argv[2])' "$@"
}

ended() {
    ! alive "$run_pid"
}

@test "between visits it waits the pause, within them it does not have to; the plan, the summary and the tables name them" {
    tiny --blocks 5 --visits 3 --pause 700ms --out one >told 2>progress
    of_run one 'assert (visits, plan["pause_ns"]) == (3, 700000000), plan
assert [list(b) for b in blocks] == [[0], [1, 2], [3, 4]], blocks
gaps = [start[b[0]] - end[b[0] - 1] for b in blocks[1:]]
assert min(gaps) >= 0.7, gaps'
    [ "$(grep -c '^visit' progress)" -eq 2 ]
    grep -q '^visit 2 of 3, next trial in 0.7 s$' progress
    grep -q '^visit 3 of 3, next trial in 0.7 s$' progress
    grep -qE '10 of 10 trials, 5 blocks in 3 visits over [0-9]+ s, seed 1$' told
    /usr/bin/python3 -c 'import json
s = json.load(open("one/summary.json"))
assert (s["blocks"], s["visits"], s["pause_ns"]) == (5, 3, 700000000), s'
    "$CONTEND" show one --json | cmp - one/summary.json
    "$CONTEND" show one | grep -q '5 blocks in 3 visits over'
}

@test "a run without visits is one visit, without a pause" {
    tiny --blocks 2 --out one >told 2>progress
    of_run one 'assert (visits, plan["pause_ns"]) == (1, 0), plan'
    run grep -h visit told progress
    [ "$status" -eq 1 ]
}

@test "interrupted in a pause it ends at once with 130, and goes on with the visit that comes next, after its pause" {
    "$CONTEND" run --workload sleep --set time=1ms --models serial,threads --concurrency 2 --units 4 --tasks 2 --blocks 4 --visits 2 \
        --pause 60min --out one >told 2>progress 3>&- &
    run_pid=$!
    eventually grep -qs '^visit 2 of 2, next trial in 3600 s' progress
    kill -INT "$run_pid"
    eventually ended # else in an hour
    code=0
    wait "$run_pid" || code=$?
    run_pid=
    [ "$code" -eq 130 ]
    [ "$(wc -l <one/trials.jsonl)" -eq 5 ]
    grep -q -- '--resume one' progress
    grep -q '2 blocks in 1 visit over .* (incomplete)' told
    grep -q '"complete": false' one/summary.json
    sed -i '1s/"pause_ns":3600000000000/"pause_ns":700000000/' one/trials.jsonl # that no one waits an hour for
    "$CONTEND" run --resume one >told 2>progress
    [ "$(grep -c '^visit 2 of 2, next trial in 0.7 s$' progress)" -eq 1 ]
    grep -q '"complete": true' one/summary.json
    of_run one 'assert start[2] - end[1] >= 0.7, (start, end)'
}

@test "resumed within a visit, it does not wait for it again, nor for those that are done" {
    tiny --blocks 6 --visits 3 --pause 300ms --quiet --out one >/dev/null
    [ "$(wc -l <one/trials.jsonl)" -eq 13 ]
    head -n 6 one/trials.jsonl >first && mv first one/trials.jsonl # the second visit has one trial
    "$CONTEND" run --resume one >told 2>progress
    [ "$(grep '^visit' progress)" = 'visit 3 of 3, next trial in 0.3 s' ]
    of_run one 'assert start[4] - end[3] >= 0.3, (start, end)'
    "$CONTEND" run --resume one >told 2>progress # all is there
    run grep '^visit' progress
    [ "$status" -eq 1 ]
}

@test "a journal from before visits is one visit" {
    tiny --blocks 3 --visits 3 --pause 0s --quiet --out one >/dev/null
    sed -i '1s/"visits":3,"pause_ns":0,//' one/trials.jsonl
    head -n 3 one/trials.jsonl >first && mv first one/trials.jsonl
    "$CONTEND" run --resume one >told 2>progress
    run grep -h visit told progress
    [ "$status" -eq 1 ]
    grep -q '"visits": 1,' one/summary.json
    sed -i '1s/"blocks":3,/"blocks":3,"visits":4,/' one/trials.jsonl
    run "$CONTEND" show one
    [ "$status" -eq 1 ]
    [[ "$output" == *'trials.jsonl:1:'*'"visits" must be from 1 to 3'* ]]
}

# The last line of a dry run.
planned() { # ARGS...
    "$CONTEND" run --workload sleep --set time=1ms --models serial --units 4 "$@" --dry-run --quiet 2>/dev/null | tail -n 1
}

@test "--dry-run names visits and pauses, whose time is a part of the run's; without --blocks there are two blocks a visit" {
    [[ "$(planned --visits 5)" == *', 10 blocks in 5 visits, 10 s apart: 10 trials,'* ]]
    [[ "$(planned --visits 8 --pause 0s)" == *', 16 blocks in 8 visits, 0 s apart: 16 trials,'* ]]
    [[ "$(planned --visits 3 --blocks 3 --pause 1.5s)" == *', 3 blocks in 3 visits, 1.5 s apart: 3 trials,'* ]]
    s=$(planned --visits 5 --pause 60min | sed 's/.*about \([0-9]*\) s;.*/\1/')
    [ "$s" -ge 14400 ]
    [[ "$(planned --blocks 2)" != *visit* ]]
}

suite() { # MEMBERS
    echo '{"schema": "contend/suite/1", "name": "x", '"$1"'"runs": [{"workload": "sleep", "set": {"time": "1ms"}, "models": "serial", "units": 4}]}' >suite.json
}

@test "a suite says its visits and the pause; an option is in place of that" {
    suite '"visits": 4, "pause": "2s", '
    "$CONTEND" run ./suite.json --dry-run 2>/dev/null | grep -q ', 10 blocks in 4 visits, 2 s apart: '
    "$CONTEND" run ./suite.json --visits 6 --dry-run 2>/dev/null | grep -q ', 12 blocks in 6 visits, 2 s apart: '
    "$CONTEND" run ./suite.json --pause 3s --blocks 5 --dry-run 2>/dev/null | grep -q ', 5 blocks in 4 visits, 3 s apart: '
    suite '"visits": 4, '
    "$CONTEND" run ./suite.json --dry-run 2>/dev/null | grep -q ', 10 blocks in 4 visits, 10 s apart: '
}

refuses() { # TEXT ARGS...
    run "$CONTEND" "${@:2}"
    [ "$status" -eq 2 ] && [ "${#lines[@]}" -eq 1 ] && [[ "$output" == *"$1"* ]] || { echo "$status: $output"; return 1; }
    [ ! -e bad ]
}

@test "what does not go with visits is refused, with what to do" {
    base=(run --workload sleep --out bad)
    refuses "12 visits are more than the run's 6 blocks; use --blocks 12 or more" "${base[@]}" --visits 12 --blocks 6
    refuses "2 visits are more than the run's 1 block;" "${base[@]}" --visits 2 --blocks 1
    refuses "1 is not from 2 to 1000" "${base[@]}" --visits 1
    refuses "1001 is not from 2 to 1000" "${base[@]}" --visits 1001
    refuses "expected a whole number from 2" "${base[@]}" --visits many
    refuses "say how many there are with --visits" "${base[@]}" --pause 1s
    refuses "61min is more than 60min" "${base[@]}" --visits 2 --pause 61min
    refuses "the unit is missing" "${base[@]}" --visits 2 --pause 5
    for rule in "--precision 1%" --until-clear "--budget 60s"; do
        # shellcheck disable=SC2086
        refuses "${rule% *} may end the run before its 3 visits; leave it out, and say how long the run is with --blocks" "${base[@]}" --visits 3 $rule
    done
    suite '"until_clear": true, '
    refuses "the suite's \"until_clear\" may end the run before its 3 visits" run ./suite.json --visits 3 --out bad
    suite '"visits": 2, '
    refuses "--budget may end the run before its 2 visits" run ./suite.json --budget 5s --out bad
    suite '"visits": 4, "blocks": 3, '
    refuses "4 visits are more than the run's 3 blocks" run ./suite.json --out bad
    suite '"visits": 1, '
    refuses 'suite.json:1:54: "visits" must be from 2 to 1000' run ./suite.json --out bad
    suite '"pause": "1s", '
    refuses 'suite.json:1:53: "pause" is between visits: it needs "visits"' run ./suite.json --out bad
    suite '"visits": 2, "pause": 3, '
    refuses '"pause" must be a time, such as "10s"' run ./suite.json --out bad
    suite '"visits": 2, "pause": "2h", '
    refuses 'suite.json:1:' run ./suite.json --out bad
    for option in --visits=2 --pause=1s; do
        refuses "--live takes no ${option%=*}: its trials alternate, without pauses" compare --live a b "$option"
        refuses "${option%=*} is for run: two runs are compared as they are" compare a b "$option"
        refuses "it takes no ${option%=*}" run --resume bad "$option"
    done
    run "$CONTEND" compare --help
    [[ "$output" != *"--visits N"* && "$output" != *"--pause TIME"* ]]
    "$CONTEND" run --help | grep -A 9 -- '--pause TIME' | tr '\n' ' ' | grep -q 'default 10s'
}
