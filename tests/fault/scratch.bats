#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Files that trials make: gone at any end, and refused before measuring where there is no room.

load ../limit

setup() {
    DIR=$(mktemp -d)
    cd "$DIR" || exit 1
    mkdir files
}

teardown() {
    cd / && rm -rf "$DIR"
}

scan() { # OUT [MORE...]
    "$CONTEND" run --workload file-scan --set files=8 --set file-size=4KiB --models serial,threads --concurrency 2 --scratch files --blocks 3 --quiet --out "$@"
}

long() { # one trial of seconds, in the background; its run's pid in $run_pid, once its files are there
    "$CONTEND" run --workload file-scan --set files=8 --set file-size=4KiB --models threads --concurrency 2 --mode closed --duration 20s --limit "$(scaled 60000)ms" --scratch files --blocks 3 --quiet --out long 3>&- &
    run_pid=$!
    eventually measuring
}

measuring() { # its plan is written, so this is no pilot; and its files are all there
    [ -s long/trials.jsonl ] && [ -n "$(keeper)" ] && compgen -G "files/*/text-7" >/dev/null
}

keeper() { # of this test's trial
    ps -eo pid,ppid,args | awk -v run="$run_pid" '$2 == run && /contend trial/ {print $1; exit}'
}

empty() {
    [ -z "$(ls files)" ]
}

gone() { # waits until nothing is left
    eventually empty && return
    ls -R files
    return 1
}

@test "a run that ends well leaves no file" {
    scan one
    [ -z "$(ls files)" ]
}

@test "a run that is killed leaves no file: the keeper clears them away" {
    long
    kill -KILL "$run_pid" || skip "the run was over before it could be killed"
    gone
}

@test "a keeper that is killed: its run clears the files away" {
    long
    kill -KILL "$(keeper)" || skip "the trial was over before its keeper could be killed"
    kill -TERM "$run_pid"
    wait "$run_pid" || true
    gone
}

@test "what keeper and run left when both were killed, the next run clears away, but not what is in use or another's" {
    mkdir -p files/contend-scratch-dead00/sub files/contend-scratch-used00 files/mine
    touch files/contend-scratch-dead00/sub/file files/mine/file
    exec 9<files/contend-scratch-used00
    flock -x 9
    scan two
    [ ! -e files/contend-scratch-dead00 ]
    [ -e files/contend-scratch-used00 ]
    [ -e files/mine/file ]
}

@test "too little space: one line that tells both numbers, nothing measured" {
    run "$CONTEND" run --workload file-read --set file-size=1024GiB --models serial --scratch files --blocks 3 --quiet --out none
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ "$output" == *"1048577 MiB"*"MiB free"* ]]
    [ ! -e none ]
    [ -z "$(ls files)" ]
}

@test "the environment tells where the files were: file system, device, free space" {
    scan three
    for name in scratch.file_system scratch.device scratch.free; do
        grep -q "\"$name\"" three/environment.json
    done
}
