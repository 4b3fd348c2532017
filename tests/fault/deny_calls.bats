#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Single system calls that fail, always or once: the short version of tests/nightly/deny.

load common

setup() {
    scratch_setup
    DENY=$CONTEND_BUILD/tests/deny
    ONCE=$CONTEND_BUILD/tests/deny_once
    [ -x "$DENY" ] && [ -x "$ONCE" ] || skip "this build has no tests/deny"
    "$DENY" personality EPERM -- /bin/true || skip "no seccomp filter can be installed here"
    [ -z "$CONTEND_SANITIZE" ] || skip "a sanitizer's own calls would fail, too"
}

teardown() {
    scratch_teardown
}

small() { # WORKLOAD MODEL: a run of one cell
    echo "$CONTEND run --workload $1 --models $2 --concurrency 2 --units 8 --tasks 4 --blocks 1 --quiet --scratch $DIR --out out"
}

@test "a call that is denied is named on one line, with its meaning" {
    while read -r call workload model says; do
        # shellcheck disable=SC2046
        "$DENY" "$call" EPERM -- $(small "$workload" "$model") >o 2>e && code=0 || code=$?
        echo "$call: exit $code: $(cat e)"
        [ "$code" -eq 1 ]
        [ "$(wc -l <e)" -eq 1 ]
        grep -q "$says: Operation not permitted (denied here" e
        no_trials
        rm -rf out o e
        [ -z "$(ls -A)" ]
    done <<'CALLS'
poll sleep serial poll
fsync sleep serial fsync
rename sleep serial rename
fcntl sleep serial fcntl
getrusage sleep serial getrusage
accept4 echo serial accept4
rt_sigaction echo serial sigaction
writev echo serial writev
bind echo threads bind
epoll_wait sleep async epoll_wait
epoll_wait file-read async epoll_wait
ioctl sleep async ioctl
signalfd4 sleep serial signalfd
CALLS
}

@test "a run of which no trial succeeded says so on standard error" {
    "$DENY" epoll_ctl EPERM -- "$CONTEND" run --workload sleep --models async --concurrency 2 --units 8 --tasks 4 --blocks 1 --quiet --out out >o 2>e && code=0 || code=$?
    cat e
    [ "$code" -eq 1 ]
    [ "$(wc -l <e)" -eq 1 ]
    grep -q 'epoll_ctl: Operation not permitted' e
}

@test "of a call that fails once others go on, and it is known which failed" {
    "$ONCE" openat EACCES 0 all -- /bin/cat /dev/null
    seen=$(sed -n 's/^seen \([0-9]*\) failed 0$/\1/p' all)
    [ "$seen" -ge 2 ]
    run "$ONCE" openat EACCES "$seen" one -- /bin/cat /dev/null
    [ "$status" -eq 1 ]
    [[ "$output" == *"Permission denied"* ]]
    grep -q "^seen [0-9]* failed 1 in pid [0-9]* (cat)$" one # and what the message needs was seen after it
}

@test "a trial's process that can't ask for its descriptors believes who started it" {
    "$DENY" fcntl EPERM -- "$CONTEND" trial 1 "$DIR" 3</dev/null 4>record 5>status 2>e || true
    [ ! -s e ]
    grep -a -q "not JSON" status # it has come to read its cell, and found none
    run "$CONTEND" trial 1 "$DIR" 3>&- 4>&- 5>&-
    [ "$status" -eq 2 ]
    [[ "$output" == *"for contend itself"* ]]
}

# How many programs a run starts before its trials, to measure costs, differs; so the trials are many, and one in their midst
# is meant.
@test "a trial whose process the loader can't start says so" {
    read -ra many <<<"$(small sleep serial | sed 's/--blocks 1/--blocks 60/')"
    "$ONCE" arch_prctl EPERM 0 all -- "${many[@]}"
    seen=$(sed -n 's/^seen \([0-9]*\) failed 0$/\1/p' all)
    [ "$seen" -ge 60 ]
    for before in 30 45 15 50 10 20 40; do
        rm -rf out
        "$ONCE" arch_prctl EPERM $((seen - before)) one -- "${many[@]}" >o 2>e || true
        if grep -q "exit code 127 before the trial: the loader could not start it; what it says is on standard error" e out/trials.jsonl; then
            grep -q "cannot set %fs base address" e
            no_trials
            return 0
        fi
    done
    echo "of $seen starts; the last run said:"
    cat e
    false
}

@test "files that can't be removed are named" {
    mkdir files
    "$DENY" rmdir EPERM -- "$CONTEND" run --workload file-read --models serial --units 8 --tasks 4 --blocks 1 --quiet --scratch "$DIR/files" --out out 2>e
    [ "$(wc -l <e)" -eq 1 ]
    grep -q "warning: directories of trials are left as $DIR/files/contend-scratch-\*: remove: Operation not permitted (denied here" e
    [ -n "$(ls files)" ]
    "$CONTEND" run --workload file-read --models serial --units 8 --tasks 4 --blocks 1 --quiet --scratch "$DIR/files" --out again 2>e # the next run removes them
    [ ! -s e ]
    [ -z "$(ls files)" ]
}

@test "a trial's directory that could not be removed once goes at the end of the run" {
    mkdir files
    run "$DENY" rmdir EPERM -- rmdir files
    [ "$status" -eq 1 ]
    for n in 1 2 3; do
        "$ONCE" rmdir EPERM "$n" one -- "$CONTEND" run --workload file-read --models serial --units 8 --tasks 4 --blocks 1 --quiet --scratch "$DIR/files" --out "out$n" 2>e
        [ ! -s e ]
        [ -z "$(ls files)" ]
    done
}
