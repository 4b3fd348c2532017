#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a shell, a wrapper, a container or a sandbox hands on or refuses: state that is inherited is put in order, a call that
# is denied is told in one line with what it means and what to do, and nothing is left behind.

load common

setup() {
    scratch_setup
    mkdir files
    DENY=$CONTEND_BUILD/tests/deny
    RUN=(run --workload sleep --models "serial,threads,processes,async" --units 4 --tasks 2 --blocks 1 --scratch "$DIR/files" --quiet)
}

teardown() {
    [ -z "${child:-}" ] || kill "$child" 2>/dev/null || true
    scratch_teardown
}

ok() { # RUN N: it has so many trials, all of them well
    [ "$(grep -c '"status":"ok"' "$1/trials.jsonl")" -eq "$2" ]
    [ "$(wc -l <"$1/trials.jsonl")" -eq $(($2 + 1)) ]
}

clean() {
    no_trials
    [ -z "$(ls -A files)" ]
}

well() { # COMMAND...: with --out out it runs whole, and says nothing
    rm -rf out
    "$@" --out out >told 2>err || {
        echo "exit $? of $*: $(cat err)" >&2
        return 1
    }
    cat err >&2
    [ ! -s err ]
    ok out 4
    clean
}

# It ends with CODE and one line on standard error that has all of the words, and leaves nothing.
fails() { # CODE WORDS... -- COMMAND...
    local expected=$1 words=() code=0 word
    shift
    while [ "$1" != -- ]; do
        words+=("$1")
        shift
    done
    shift
    rm -rf out
    "$@" >told 2>err || code=$?
    echo "exit $code of $*: $(cat err)" >&2
    [ "$code" -eq "$expected" ]
    [ "$(wc -l <err)" -eq 1 ]
    for word in "${words[@]}"; do
        grep -qF -- "$word" err
    done
    [ ! -e out ]
    clean
}

root_only() {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
}

own_network() { # COMMAND...: in a network namespace
    unshare -rn true 2>/dev/null || skip "no network namespace can be made here"
    unshare -rn "$@"
}

native() { # a sanitizer needs /proc, a stack and calls of its own
    [ -z "$CONTEND_SANITIZE" ] || skip "a sanitizer does not run so"
}

@test "signals that were ignored or blocked: trials are measured, and a bad file is an error" {
    echo '<topology/>' >bad.xml
    # shellcheck disable=SC2016
    well bash -c 'trap "" CHLD PIPE ALRM TERM USR1; exec "$@"' - "$CONTEND" "${RUN[@]}"
    well /usr/bin/python3 -c 'import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
os.execv(sys.argv[1], sys.argv[1:])' "$CONTEND" "${RUN[@]}"
    # shellcheck disable=SC2016
    fails 1 "bad.xml is no topology" -- bash -c 'trap "" CHLD; exec "$@"' - "$CONTEND" place --topology bad.xml
}

@test "a file whose reader crashes or whose end can't be seen is never a topology" {
    native
    printf '<?xml version="1.0"?>\n<!DOCTYPE topology SYSTEM "hwloc2.dtd">\n<topology version="2.0"><object type="Machine"/></topology>\n' >bad.xml
    fails 1 "bad.xml is no topology" -- "$CONTEND" place --topology bad.xml
    "$CONTEND" run --workload null --models serial --units 1 --blocks 1 --quiet --out whole >/dev/null
    fails 1 "waitpid: Operation not permitted" "denied here" -- "$DENY" wait4,waitid EPERM -- "$CONTEND" place --topology whole/topology.xml
    "$CONTEND" place --topology whole/topology.xml >/dev/null
}

@test "closed descriptors 0 to 2: /dev/null stands in for each" {
    for closed in "<&-" ">&-" "2>&-" "<&- 2>&-" ">&- 2>&-" "<&- >&- 2>&-"; do
        rm -rf out
        (eval "exec \"\$CONTEND\" \"\${RUN[@]}\" --out out $closed")
        ok out 4
        clean
    done
}

# With a child that the shell had, and one that such a child leaves while trials are measured: it becomes the program's own.
# shellcheck disable=SC2016
CHILDREN='sleep 600 3>&- & echo $! >one
(sleep 600 3>&- & echo $! >two; until [ -s out/trials.jsonl ]; do sleep 0.02; done) 3>&- &
exec "$@"'
# shellcheck disable=SC2016
ALIVE='bash -c "$@"; kill "$(cat one)" && kill "$(cat two)"'

@test "a child that the shell had before it became the program is left alone, and what such a child leaves" {
    bash -c "$ALIVE" - "$CHILDREN" - "$CONTEND" "${RUN[@]}" --blocks 20 --out out >told
    ok out 80
    clean
}

@test "they are left alone where the session's leader is outside of the PID namespace: getsid() says 0 for all" {
    unshare --pid --fork --mount-proc true 2>/dev/null || skip "no PID namespace can be made here"
    unshare --pid --fork --mount-proc bash -c "$ALIVE" - "$CHILDREN" - "$CONTEND" "${RUN[@]}" --blocks 20 --out out >told
    ok out 80
    clean
}

@test "a program that is run by the loader, by valgrind or under another name starts itself again" {
    native
    loader=$(readelf -l "$CONTEND" | sed -n 's/.*interpreter: \(.*\)].*/\1/p')
    well "$loader" "$CONTEND" "${RUN[@]}"
    well "$loader" --inhibit-cache "$CONTEND" "${RUN[@]}"
    cp "$CONTEND" other
    well ./other "${RUN[@]}"
    for odd in $'a\nb' 'a\012b'; do
        mkdir "$odd" && cp "$CONTEND" "$odd/contend"
        well "$odd/contend" "${RUN[@]}"
    done
    (
        exec 9<other # by a descriptor: its path is none that could be resolved later
        well /proc/self/fd/9 "${RUN[@]}"
    )
    [ -x "$(command -v valgrind)" ] || skip "no valgrind here"
    HWLOC_COMPONENTS=-x86 well valgrind -q --log-file=valgrind.log "$CONTEND" "${RUN[@]}"
}

@test "a program that is replaced while it runs goes on as what it was" {
    cp "$CONTEND" mine
    ./mine run --workload sleep --set time=5ms --models serial --units 40 --tasks 1 --blocks 12 --scratch "$DIR/files" --quiet --out out >told 2>err &
    child=$!
    eventually lines_in 3 out/trials.jsonl
    printf '#!/bin/sh\nexit 1\n' >new && chmod +x new && mv new mine
    wait "$child"
    ok out 12
    clean
}

@test "file locks that are refused are no error, and only those who make files need a directory" {
    well "$DENY" flock ENOLCK -- "$CONTEND" "${RUN[@]}"
    RUN[2]=file-scan
    well "$DENY" flock ENOLCK -- "$CONTEND" "${RUN[@]}"
    RUN[2]=openclose
    well "$DENY" flock EOPNOTSUPP -- "$CONTEND" "${RUN[@]}"
    mkdir files/contend-scratch-used00 # without locks it is not told from one that is used
    "$DENY" flock ENOLCK -- "$CONTEND" "${RUN[@]}" --out locks >told
    [ -e files/contend-scratch-used00 ]
    rmdir files/contend-scratch-used00
    "$DENY" flock ENOLCK -- "$CONTEND" doctor --scratch files >told
    grep -q "^info *locks *flock: No locks available" told
}

@test "a scratch directory that can't be written to is an error for those alone who make files there" {
    native
    [ "$(id -u)" -eq 0 ] || skip "mounting needs root"
    unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
    cat >read-only <<'S'
mount -t tmpfs -o ro none files && export TMPDIR=$1/files && shift && exec "$@"
S
    RUN=(run --workload sleep --models "serial,threads,processes,async" --units 4 --tasks 2 --blocks 1 --quiet)
    well unshare -m bash read-only "$DIR" "$CONTEND" "${RUN[@]}"
    RUN[2]=file-scan
    fails 1 "files can't be written to: access: Read-only file system" "mounted read-only" -- unshare -m bash read-only "$DIR" "$CONTEND" "${RUN[@]}" --out out
    RUN[2]=openclose
    fails 1 "files can't be written to: access: Read-only file system" "mounted read-only" -- unshare -m bash read-only "$DIR" "$CONTEND" "${RUN[@]}" --out out
}

@test "the affinity can't be read: one line at once, no loop" {
    fails 1 "sched_getaffinity: Operation not permitted" "denied here" -- "$DENY" sched_getaffinity EPERM -- "$CONTEND" "${RUN[@]}" --out out
    fails 1 "sched_getaffinity: Function not implemented" "denied here" -- "$DENY" sched_getaffinity ENOSYS -- "$CONTEND" place
    "$DENY" sched_getaffinity EPERM -- "$CONTEND" doctor >told
    grep -q "^unknown *cpuset *cpu.allowed unavailable (sched_getaffinity: Operation not permitted)" told
}

@test "workers can't be pinned: the line names --order none, which helps, and doctor has tried" {
    fails 1 "sched_setaffinity: Operation not permitted" "denied here" "--order none" -- \
        "$DENY" sched_setaffinity EPERM -- "$CONTEND" "${RUN[@]}" --out out
    well "$DENY" sched_setaffinity EPERM -- "$CONTEND" "${RUN[@]}" --order none
    "$DENY" sched_setaffinity EPERM -- "$CONTEND" doctor >told
    grep -q "^error *pinning *sched_setaffinity: Operation not permitted" told
    "$CONTEND" doctor >told
    grep -q "^ok .*pinning" told
}

@test "calls that a policy denies are named, with what that means" {
    native
    fails 1 "pidfd_open: Operation not permitted" "denied here" -- "$DENY" pidfd_open EPERM -- "$CONTEND" "${RUN[@]}" --out out
    fails 1 "pidfd_open: Function not implemented" "kernel before 5.3" -- "$DENY" pidfd_open ENOSYS -- "$CONTEND" "${RUN[@]}" --out out
    fails 1 "pipe2: Too many open files" "open files limit: " "ulimit -n" -- "$DENY" pipe2 EMFILE -- "$CONTEND" "${RUN[@]}" --out out
    fails 1 "waitpid: Operation not permitted" "denied here" -- "$DENY" wait4,waitid EPERM -- "$CONTEND" "${RUN[@]}" --out out
    fails 1 "posix_spawn: Permission denied" "noexec" -- "$DENY" execve EACCES -- "$CONTEND" "${RUN[@]}" --out out
    fails 1 "posix_spawn: Resource temporarily unavailable" "nproc" "pids.max" -- "$DENY" clone,clone3,fork,vfork EAGAIN -- "$CONTEND" "${RUN[@]}" --out out
    for call in poll fcntl fsync rename getdents64; do
        fails 1 "$call: Operation not permitted" "denied here" -- "$DENY" "$call" EPERM -- "$CONTEND" "${RUN[@]}" --out out
    done
    fails 1 "posix_spawn: Operation not permitted" "allow clone" -- "$DENY" clone,clone3,fork,vfork EPERM -- "$CONTEND" "${RUN[@]}" --out out
    RUN[2]=echo
    fails 1 "socket: Operation not permitted" "denied here" -- "$DENY" socket EPERM -- "$CONTEND" "${RUN[@]}" --out out
    fails 1 "close_range: Function not implemented" "kernel before 5.9" -- "$DENY" close_range ENOSYS -- "$CONTEND" "${RUN[@]}" --out out
}

@test "a model that needs a denied call fails with it, the others are measured" {
    native
    "$DENY" eventfd2 EPERM -- "$CONTEND" "${RUN[@]}" --out event >told 2>err
    [[ "$(cell event async)" == failed:*"eventfd2: Operation not permitted (denied here"* ]]
    [[ "$(cell event processes)" == ok:* ]]
    "$DENY" clone3,clone EPERM -- true # the helper's own exec is not denied
    "$DENY" timerfd_create ENOSYS -- "$CONTEND" "${RUN[@]}" --out timer >told 2>err
    [[ "$(cell timer async)" == failed:*"timerfd_create: Function not implemented (denied here"* ]]
    [[ "$(cell timer threads)" == ok:* ]]
    "$DENY" timerfd_settime EPERM -- "$CONTEND" "${RUN[@]}" --out set >told 2>err # and it is no hang
    [[ "$(cell set async)" == failed:*"timerfd_settime: Operation not permitted (denied here"* ]]
    "$DENY" epoll_ctl EPERM -- "$CONTEND" "${RUN[@]}" --out add >told 2>err
    [[ "$(cell add async)" == failed:*"epoll_ctl: Operation not permitted (denied here"* ]]
    clean
}

@test "the loopback interface is down, or its ports are used up: the line says so and what to do" {
    native
    RUN[2]=echo
    fails 1 "connect: Network is unreachable" "ip link set lo up" -- own_network "$CONTEND" "${RUN[@]}" --out out
    few='ip link set lo up && echo 40000 40003 >/proc/sys/net/ipv4/ip_local_port_range && exec "$@"'
    local code=0 # the pilots, which have fewer in flight, may have had ports enough: then there is a run, of failed trials
    own_network bash -c "$few" - "$CONTEND" run --workload echo --models threads --concurrency 8 --tasks 8 --units 80 \
        --blocks 1 --quiet --out out >told 2>err || code=$?
    echo "exit $code: $(cat err)" >&2
    [ "$code" -eq 1 ]
    [ "$(wc -l <err)" -eq 1 ]
    grep -qF "connect: Cannot assign requested address" err
    grep -qF "ip_local_port_range" err
    rm -rf out
    clean
    all='import socket, subprocess, sys
held = []
for port in range(40000, 40004):
    s = socket.socket()
    s.bind(("127.0.0.1", port))
    s.listen()
    held.append(s)
sys.exit(subprocess.call(sys.argv[1:]))'
    fails 1 "bind: Address already in use" "ip_local_port_range" -- own_network bash -c "$few" - /usr/bin/python3 -c "$all" "$CONTEND" "${RUN[@]}" --out out
}

without_proc() { # COMMAND...: in a mount namespace where /proc is empty; there may be one /proc upon another
    unshare -m bash -c 'while umount -l /proc 2>/dev/null; do :; done; exec "$@"' - "$@"
}

@test "no /proc or no /dev/null: one line, and what needs neither works" {
    native
    root_only
    unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
    fails 1 "/proc" "mount -t proc" -- without_proc "$CONTEND" "${RUN[@]}" --out out
    fails 1 "/dev/null: No such file or directory" "mknod" -- unshare -m bash -c 'mount -t tmpfs none /dev && exec "$@"' - "$CONTEND" "${RUN[@]}" --out out
    without_proc "$CONTEND" list models >told
    grep -q '^ *serial' told
    without_proc "$CONTEND" doctor >told
    grep -q "unavailable (/proc/" told
}

@test "a small stack will do, and one that is too small is told" {
    native
    RUN[2]=sleep,primes,fetch,file-scan
    RUN[4]=serial,threads
    (ulimit -s 64 && "$CONTEND" "${RUN[@]}" --out out >told && "$CONTEND" show out >told && "$CONTEND" doctor >doctor)
    ok out 8
    grep -q "^warning *stack *64 KiB" doctor
    fails 1 "32 KiB" "at least 64" "ulimit -s" -- bash -c 'ulimit -s 32 && exec "$@"' - "$CONTEND" "${RUN[@]}" --out out
}

# Starts a run and sends SIGNAL once it is where the test wants it: CONDITION... holds.
stopped() { # SIGNAL CONDITION...
    local signal=$1 code=0
    shift
    eventually "$@"
    kill -"$signal" "$child"
    wait "$child" || code=$?
    child=
    cat err >&2
    echo "exit $code after SIG$signal when $*" >&2
    [ "$code" -eq 130 ]
    clean
}

begin() { # ARGUMENTS...: of contend, in the background; bash has those ignore SIGINT
    rm -rf out
    env --default-signal=INT "$CONTEND" "$@" >told 2>err 3>&- &
    child=$!
}

handled() { # the run has come to where it catches signals
    [ -e "/proc/$child/status" ] && [ "$((0x$(awk '/^SigCgt/ {print $2}' "/proc/$child/status") >> 14 & 1))" -eq 1 ]
}

calibrating() {
    grep -q "^calibrating" err && [ "$(trials)" -gt 0 ]
}

drawing() {
    [ -e drawing ]
}

@test "a signal at any moment ends the run in order" {
    long=(run --tasks 2 --units 20 --blocks 40 --scratch "$DIR/files")
    sleep20=(--workload sleep --set time=20ms --models serial,threads)
    for signal in INT TERM; do
        begin "${long[@]}" "${sleep20[@]}" --quiet --out out
        stopped "$signal" handled # it looks around
        [ ! -e out ]
        grep -q "^contend: interrupted before anything was measured" err
        # so many workloads that their pilots are not over before the signal has come
        begin "${long[@]}" --workload sleep,primes,sum,squares,sort,matmul,chase,stream,letters,mandelbrot --models serial --out out
        stopped "$signal" calibrating
        [ ! -e out ]
        begin "${long[@]}" "${sleep20[@]}" --quiet --out out
        stopped "$signal" lines_in 2 out/trials.jsonl
        grep -q -- "--resume out" err
        "$CONTEND" show out >told
    done
}

@test "a signal while figures are drawn: the run is whole, and the line says how to draw them" {
    mkdir bin && printf '#!/bin/sh\n: >"%s/drawing"\nexec sleep 600\n' "$DIR" >bin/gnuplot && chmod +x bin/gnuplot
    PATH=$DIR/bin:$PATH begin run --workload sleep --models serial,threads --concurrency 1,2 --units 4 --tasks 2 --blocks 2 --scratch "$DIR/files" --quiet --out out
    stopped TERM drawing
    grep -q "^contend: interrupted; the run is complete, its figures are not: contend plot out" err
    grep -q '"complete": true' out/summary.json
    [ ! -e out/figures ]
    rm drawing
    PATH=$DIR/bin:$PATH begin_plot
    stopped TERM drawing
    [ -z "$(ls -A out/figures 2>/dev/null)" ]
    eventually no_match "^sleep 600$"
}

begin_plot() {
    "$CONTEND" plot out >told 2>err 3>&- &
    child=$!
}

@test "a second signal ends at once what the first does not reach; what comes as one wish is one" {
    native
    cat >hang.c <<'C'
#include <stdio.h>
#include <unistd.h>
int hwloc_topology_load(void *t)
{
    (void)t;
    fclose(fopen("hanging", "w"));
    for (;;)
        pause();
}
C
    cc -shared -fPIC -o hang.so hang.c
    LD_PRELOAD=$DIR/hang.so begin "${RUN[@]}" --out out
    eventually test -e hanging
    kill -TERM "$child"
    kill -TERM "$child"
    sleep 0.6
    alive "$child"
    stopped TERM true
    [ ! -e out ]
}
