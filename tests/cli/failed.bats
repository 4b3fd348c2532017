#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What tests/run makes of tests that fail: of each it shows its own words, not those of the tests that ended later, and what
# fails beside others runs again, alone.

setup() {
    DIR=$(mktemp -d)
    cd "$DIR" || exit 1
}

teardown() {
    cd / && rm -rf "$DIR"
}

log() { # FILE: as ctest -j 2 --output-on-failure writes it
    {
        printf '    Start 49: cli_layers\n    Start 47: cli_doctor\n1/5 Test #47: cli_doctor ......***Failed   13.02 sec\n1..300\n'
        seq -f 'ok %g it holds' 150
        printf "not ok 151 it is seen\n# (in test file doctor.bats, line 32)\n#   \`false' failed\n# it said: nothing\n"
        seq -f 'ok %g it holds' 152 300
        printf '\n    Start 27: test_points\n 2/5 Test #27: test_points .....   Passed    0.10 sec\n    Start 24: test_noise\n'
        printf '3/5 Test #24: test_noise ......***Exception: SegFault  0.10 sec\n[ RUN      ] test_one\n[       OK ] test_one\n'
        printf '[ RUN      ] test_canary\n\n4/5 Test #49: cli_layers ......***Timeout 900.01 sec\nok 1 the first\nok 2 the last before it\n\n'
        printf '    Start 36: test_text\n5/5 Test #36: test_text .......***Failed    0.11 sec\n'
        seq 500 | sed 's/.*/[ RUN      ] test_&\n[       OK ] test_&\nnoise &/'
        printf '[  ERROR   ] --- 0x2 != 0x3\n[   LINE   ] --- test_text.c:29: error: Failure!\n[  FAILED  ] test_last\n'
        seq -f 'more noise %g' 100
        printf '\n20%% tests passed, 4 tests failed out of 5\n\nThe following tests FAILED:\n\t 24 - test_noise (SEGFAULT)\n'
    } >"$1"
}

@test "each failed test's own words, those of what passed left out, and the summary" {
    log whole
    "$CONTEND_ROOT"/tests/failed whole >t
    awk '/cli_doctor .*Failed/ {a = NR} /^not ok 151/ {b = NR} /^# it said: nothing/ {c = NR} /test_noise .*SegFault/ {d = NR}
         /RUN .* test_canary/ {e = NR} /cli_layers .*Timeout/ {f = NR} /^ok 2 the last/ {g = NR} /0x2 != 0x3/ {h = NR}
         /^20% tests passed/ {i = NR} /test_noise \(SEGFAULT\)/ {j = NR}
         END {exit !(a && a < b && b + 2 < c && c < d && d < e && e < f && f < g && g < h && h < i && i < j)}' t
    [ "$(grep -c 'it holds' t)" -eq 0 ]
    [ "$(grep -c 'test_points' t)" -eq 0 ]
    [ "$(wc -l <t)" -lt 80 ]
}

@test "it is bounded, however many tests failed in however many ways" {
    for t in $(seq 40); do
        printf '%d/40 Test #%d: cli_x%d ......***Failed   1.00 sec\n' "$t" "$t" "$t"
        seq 300 | sed 's/.*/not ok & it holds\n#   false/'
    done >many
    printf '0%% tests passed, 40 tests failed out of 40\n' >>many
    "$CONTEND_ROOT"/tests/failed many >t
    [ "$(wc -l <t)" -lt 2000 ]
    grep -q '^not ok 1 ' t
    grep -q '^\[28 more that failed\]' t
    grep -q '^0% tests passed, 40' t
}

tests_of() { # NAME COMMAND...: a build with these tests
    local name
    : >CTestTestfile.cmake
    while [ $# -gt 0 ]; do
        name=$1
        printf 'add_test(%s sh -c "%s")\n' "$name" "$2" >>CTestTestfile.cmake
        shift 2
    done
}

@test "what fails once and then no more is told as unsteady, with what it said, and does not count" {
    tests_of good true once 'echo not ok 7 that time; mkdir seen || exit 0; false'
    run "$CONTEND_ROOT"/tests/steady .
    echo "$output" >log
    cat log
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "unsteady: once failed, and passed three times alone" ]
    [ "$(grep -c '^unsteady' log)" -eq 1 ]
    "$CONTEND_ROOT"/tests/failed log | grep -q '^not ok 7 that time'
}

@test "what fails again counts, be it always or at the third time alone" {
    for command in 'echo not ok 7; false' 'echo not ok 7; mkdir one 2>/dev/null && exit 1; mkdir two 2>/dev/null || mkdir three 2>/dev/null'; do
        tests_of good true bad "$command"
        run "$CONTEND_ROOT"/tests/steady .
        echo "$output" >log
        cat log
        [ "$status" -ne 0 ]
        [ "$(grep -c '^unsteady' log)" -eq 0 ]
        [ "$("$CONTEND_ROOT"/tests/failed log | grep -c '^not ok 7')" -eq 2 ] # the first time, and alone
    done
    [ -d three ]
}

once() { # COMMANDS: a build whose test fails at the first time, in their way
    printf '%s\n' '#!/bin/bash' 'mkdir seen 2>/dev/null || exit 0' "$1" >once.sh
    chmod +x once.sh
    tests_of once ./once.sh good true
}

@test "crashes, sanitizers' reports, hangs and more than three failures are not run again" {
    for command in 'kill -SEGV $$' 'echo ==7==ERROR: AddressSanitizer: heap-use-after-free; exit 1' \
        'echo "# ==7==ERROR: LeakSanitizer: detected memory leaks"; exit 1' 'echo x.c:1:2: runtime error: overflow; exit 1' \
        'bash -c "kill -SEGV \$\$"; echo "# rc $?"; exit 1' 'echo "Test failed with exception: Segmentation fault(11)"; exit 1' \
        'echo "#   run failed with status 139"; exit 1'; do
        once "$command"
        run "$CONTEND_ROOT"/tests/steady .
        echo "$command: $output"
        [ "$status" -ne 0 ]
        rmdir seen
    done
    once 'sleep 5'
    echo 'set_tests_properties(once PROPERTIES TIMEOUT 1)' >>CTestTestfile.cmake
    run "$CONTEND_ROOT"/tests/steady .
    [ "$status" -ne 0 ]
    tests_of a 'mkdir a' b 'mkdir b' c 'mkdir c' d 'mkdir d'
    mkdir a b c d
    run "$CONTEND_ROOT"/tests/steady .
    [ "$status" -ne 0 ]
    [[ "$output" != *"now alone"* ]]
}

@test "a ctest that is killed, a log that can't be written and no build at all are failures, whatever failed another time" {
    once 'exit 1'
    "$CONTEND_ROOT"/tests/steady . >/dev/null
    cp Testing/Temporary/LastTestsFailed.log old
    tests_of once true killer 'kill -9 \$PPID' bad false
    mv old Testing/Temporary/LastTestsFailed.log
    run "$CONTEND_ROOT"/tests/steady .
    [ "$status" -ne 0 ]
    [[ "$output" != *unsteady* ]]
    rm -r seen Testing/first.log
    once 'exit 1'
    mkdir Testing/first.log
    run "$CONTEND_ROOT"/tests/steady .
    [ "$status" -ne 0 ]
    run "$CONTEND_ROOT"/tests/steady nosuch
    [ "$status" -ne 0 ]
    [ ! -e nosuch ]
}

says() { # NAME: a test of that name which prints what comes in
    { echo "cat <<'END'"; cat; echo END; } >"$1.sh"
}

@test "the cases of a session are counted by their results, and each skip is named with its reason" {
    says cmocka <<'E'
[ RUN      ] a
[       OK ] a
[ RUN      ] b
[          ] skipped: no such thing here
[  SKIPPED ] b
[ RUN      ] c
skipped: half of it
[       OK ] c
[==========] 3 test(s) run.
[  PASSED  ] 2 test(s).
[  SKIPPED ] 1 test(s), listed below:
[  SKIPPED ] b
E
    says bats <<'E'
1..3
ok 1 x
ok 2 y # skip one CPU
ok 3 z # skipping is no skip
E
    tests_of cmocka '. ./cmocka.sh' bats '. ./bats.sh' replay 'echo 8 inputs'
    run "$CONTEND_ROOT"/tests/steady .
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "cases: 5 0 3" ]
    [ "$(grep -c '^skipped: ' <<<"$output")" -eq 3 ]
    grep -qx 'skipped: cmocka: b: no such thing here' <<<"$output"
    grep -qx 'skipped: cmocka: c: in part: half of it' <<<"$output"
    grep -qx 'skipped: bats: y: one CPU' <<<"$output"
    says wrong <<'E'
[ RUN      ] a
[  FAILED  ] a
[ RUN      ] b
[       OK ] b
[  FAILED  ] 1 test(s), listed below:
[  FAILED  ] a
E
    tests_of wrong '. ./wrong.sh; false' crash 'echo ok 1 x; kill -SEGV $$'
    run "$CONTEND_ROOT"/tests/steady .
    echo "$output"
    [ "$status" -ne 0 ]
    [ "${lines[-1]}" = "cases: 2 2 0" ]
}
