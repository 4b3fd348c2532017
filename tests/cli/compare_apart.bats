#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# compare: what is known of the machine between two runs: nothing, visits, a floor that is given or kept. The floors were never
# recorded: white noise of 1 % from block to block (made_floor).

load made_runs

setup_file() { # one run, of which each test has a copy
    cd "$BATS_FILE_TMPDIR" || exit 1
    TMPDIR=$BATS_FILE_TMPDIR small one
}

setup() {
    DIR=$(mktemp -d)
    cd "$DIR" || exit 1
    export TMPDIR=$DIR CONTEND_STATE=$DIR/state
    cp -r "$BATS_FILE_TMPDIR/one" one
    again two
    known one 1 && known two 1.3
}

teardown() {
    cd / && rm -rf "$DIR"
}

keep() { # NAME [FACTS [SECONDS]]: a floor, among those that are kept
    mkdir -p state/floors
    "$CONTEND_ROOT/tests/cli/made_floor" "state/floors/$1" "${2:-one/environment.json}" "${3:-3600}"
}

@test "two plain runs have a ratio, and without a floor no interval and no verdict, with what to do" {
    plain one two
    "$CONTEND" compare one two --json >j
    json j '
assert d["counts"] == {"faster": 0, "slower": 0, "equivalent": 0, "inconclusive": 2, "broken": 0}, d["counts"]
for x in c.values():
    assert x["estimate_from"] == "none" and x["verdict"] == "inconclusive" and x["withheld"] is None, x
    assert x["ratio"]["lower"] is None and "one visit each" in x["ratio"]["lower_unavailable"], x["ratio"]
    assert x["visit_spread"] is None and x["slow_down_not_excluded"] is None and x["p"] is None, x
assert abs(c["async"]["ratio"]["median"] - 1 / 1.3) < 0.01
assert d["between"]["visits_a"] == d["between"]["visits_b"] == 1 and d["between"]["span_s"] == 0, d["between"]'
    "$CONTEND" compare one two >t
    [ "$(grep -c '(unknown)' t)" -eq 2 ]
    tr -s '\n ' ' ' <t | grep -q 'No verdict on 2 cells.*compare --live.*--visits 5.*verify --long'
    grep -q 'no floor: none is kept here' <(tr -s '\n ' ' ' <t)
    "$CONTEND" compare one two --format markdown | grep -q '^No cell became faster or slower'
    run "$CONTEND" compare one two
    [ "$status" -eq 0 ]
    run "$CONTEND" compare one two --fail-on regression
    [ "$status" -eq 4 ]
    [[ "$output" == *"can't be excluded in 2 of 2 cells, and in some none can"* ]]
    run "$CONTEND" compare one two --fail-on regression:99%
    [ "$status" -eq 4 ]
    edit two 'for t in lines[1:]:
    if t["model"] == "async":
        t["status"] = "failed"; t["reason"] = "it fell over"'
    run "$CONTEND" compare one two --fail-on regression # what broke is one, whatever the time between
    [ "$status" -eq 3 ]
}

@test "visits tell nothing of a time that is more than twice as long as they span" {
    edit two 'at(3600)'
    "$CONTEND" compare one two --json >j
    json j '
assert d["between"]["apart_s"] == 3600
for x in c.values():
    assert x["estimate_from"] == "none" and x["verdict"] == "inconclusive", x
    assert "began 60 min apart, and their visits tell for 1.6 min at most" in x["ratio"]["lower_unavailable"], x["ratio"]'
    edit two 'at(95)'
    "$CONTEND" compare one two --json >j
    [ "$(verdict j async)" = slower ]
}

@test "runs at the same time, and one during which the clock was set back, have no interval, with or without a floor" {
    "$CONTEND_ROOT/tests/cli/made_floor" floor one/environment.json
    for floor in "" "--floor floor"; do
        while read -r how says; do
            edit two "$how"
            # shellcheck disable=SC2086
            "$CONTEND" compare one two $floor --json >j
            json j "
for x in c.values():
    assert x['estimate_from'] == 'none' and '$says' in x['ratio']['lower_unavailable'], x" || return 1
            # shellcheck disable=SC2086
            "$CONTEND" compare one two $floor | tr -s '\n ' ' ' | grep -qF "$says"
        done <<'P'
at(10) A and B ran at the same time
at(0) A and B ran at the same time
at(60,apart_s=-5) the clock was set back during one of the runs
P
    done
    run "$CONTEND" compare one two --fail-on regression:90%
    [ "$status" -eq 4 ]
}

@test "B may have been measured before A" {
    "$CONTEND" compare two one --json >j
    json j 'assert d["between"]["apart_s"] == 60 and c["async"]["verdict"] == "faster", d["between"]'
}

@test "a floor gives plain runs a verdict, and runs with visits rest on both" {
    "$CONTEND_ROOT/tests/cli/made_floor" floor one/environment.json
    "$CONTEND" compare one two --floor floor --json >j
    json j '
assert all(x["estimate_from"] == "visits and floor" for x in c.values()), c
assert d["between"]["floor"] == {"file": "floor", "started": "2026-01-01T00:00:00.000000Z",
    "finished": "2026-01-01T01:00:00.000000Z", "blocks": 7200}, d["between"]
assert c["async"]["verdict"] == "slower"'
    plain one two
    "$CONTEND" compare one two --floor floor --json >j
    json j '
assert all(x["estimate_from"] == "floor" for x in c.values()), c
assert c["async"]["verdict"] == "slower" and c["serial"]["verdict"] != "slower", c
assert 0 < c["async"]["visit_spread"] < 0.1'
    "$CONTEND" compare one two --floor ./floor | tr -s '\n ' ' ' | grep -qF 'by the floor ./floor (60 min, 7200 blocks, 60 min after A, of another boot).'
    run "$CONTEND" compare one two --floor floor --fail-on regression:10%
    [ "$status" -eq 3 ]
    run "$CONTEND" compare one two --floor floor --fail-on regression:90%
    [ "$status" -eq 0 ]
}

@test "a floor that can't be read, or is of another CPU or kernel, is one line; one of another host was carried here" {
    "$CONTEND_ROOT/tests/cli/made_floor" floor one/environment.json 600
    echo '{"schema": "contend/floor/2"}' >later
    echo 'no' >none
    cp -r one other && edit other 'fact("cpu.model", "Another CPU")'
    cp -r one kernel && edit kernel 'fact("kernel.release", "1.0")'
    cp -r one host && edit host 'fact("host.id", "cafecafecafe"); fact("host.boot", "cafe")'
    for each in other kernel host; do
        "$CONTEND_ROOT/tests/cli/made_floor" "$each.floor" "$each/environment.json" 600
    done
    sed "s/\"cpu\": \"[^\"]*\"/\"cpu\": null/" floor >unknown
    while read -r file says; do
        run "$CONTEND" compare one two --floor "$file"
        echo "$output"
        [ "$status" -eq 1 ]
        [ "${#lines[@]}" -eq 1 ]
        [[ "$output" == *"$says"* ]]
    done <<'P'
nosuch nosuch
. .
later later:1:12: this program reads "contend/floor/1", not "contend/floor/2"
none none:1:1: not JSON
unknown --floor unknown is of another CPU ('not known') than the runs
other.floor --floor other.floor is of another CPU ('Another CPU') than the runs
kernel.floor --floor kernel.floor is of another kernel ('1.0') than the runs
P
    "$CONTEND" compare one two --floor host.floor --json >j
    json j 'assert d["between"]["floor"]["file"] == "host.floor"'
    cp -r two far && edit far 'fact("host.id", "cafecafecafe")' # of two runs, each on a host of its own, that are alike
    "$CONTEND" compare one far --floor floor --json >j
    json j 'assert d["between"]["floor"]["file"] == "floor"'
    run "$CONTEND" compare one kernel --floor floor
    [ "$status" -eq 1 ]
    [[ "$output" == *"--floor is for two runs on one machine: the kernel differs"* ]]
}

@test "of the floors that are kept here the newest long one of this machine is used; what can't be read stands in no one's way" {
    keep 20260101T000000Z.json one/environment.json 600
    "$CONTEND" compare one two --json >j
    json j 'assert d["between"]["floor"]["file"] == "20260101T000000Z.json", d["between"]
assert all(x["estimate_from"] == "visits and floor" for x in c.values()), c'
    keep 20260201T000000Z.json
    cp -r one host && edit host 'fact("host.id", "cafecafecafe")'
    keep 20260301T000000Z.json host/environment.json 600
    echo '{' >state/floors/20260401T000000Z.json
    echo '{' >state/floors/20260501T000000Z.json.tmp
    "$CONTEND" compare one two --json >j
    json j 'assert d["between"]["floor"] == {"file": "20260201T000000Z.json", "started": "2026-01-01T00:00:00.000000Z",
    "finished": "2026-01-01T01:00:00.000000Z", "blocks": 7200}, d["between"]'
    keep 20260202T000000Z.json one/environment.json 300 # one that was just begun, or ended early
    "$CONTEND" compare one two --json >j
    json j 'assert d["between"]["floor"]["file"] == "20260201T000000Z.json", d["between"]'
    keep 20260203T000000Z.json one/environment.json 2000 # shorter, but long enough
    "$CONTEND" compare one two --json >j
    json j 'assert d["between"]["floor"]["file"] == "20260203T000000Z.json", d["between"]'
    rm state/floors/2026020[23]*
    CONTEND_STATE='' "$CONTEND" compare one two --json >j
    json j 'assert d["between"]["floor"] is None, d["between"]'
    rm state/floors/20260[12]*
    "$CONTEND" compare one two --json >j
    json j 'assert d["between"]["floor_unavailable"] == "the 1 kept here are of another machine: the host differs", d["between"]
assert c["async"]["estimate_from"] == "visits"'
    rm state/floors/20260301*
    "$CONTEND" compare one two --json >j
    json j 'assert d["between"]["floor_unavailable"] == "those kept here can'"'"'t be read", d["between"]'
    keep 20260101T000000Z.json one/environment.json 600
    "$CONTEND" compare one host --json >j
    json j 'assert d["between"]["floor_unavailable"] == "A and B do not tell that they ran on one machine: the host differs"'
}

@test "the sides of a live comparison have no time between them, and no floor" {
    keep 20260101T000000Z.json one/environment.json 600
    edit one 'lines[0]["pair"] = {"id": "0x0000000000000007", "side": "a"}; lines[0].pop("pair_unavailable")'
    edit two 'lines[0]["pair"] = {"id": "0x0000000000000007", "side": "b"}; lines[0].pop("pair_unavailable")'
    "$CONTEND" compare one two --json >j
    json j '
assert d["design"] == "paired" and d["between"] is None and d["between_unavailable"], d["between"]
assert all(x["estimate_from"] == "pairs" and x["visit_spread"] is None for x in c.values()), c'
    run "$CONTEND" compare --live a b --floor state/floors/20260101T000000Z.json
    [ "$status" -eq 2 ]
    [[ "$output" == *"--live takes no --floor"* ]]
}
