# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# A directory of the test's own, in which it stands; and a run that it left in the background, as run_pid, is ended.

load ../limit

setup() {
    DIR=$(mktemp -d)
    cd "$DIR" || exit 1
    export TMPDIR=$DIR # the scratch directory is among a trial's arguments: so its processes are known as this test's
}

teardown() {
    [ -z "${run_pid:-}" ] || kill "$run_pid" 2>/dev/null || true
    cd / && rm -rf "$DIR"
}
