# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Two programs for compare --live: `fast`, and `slow`, which takes three times as long for the same work since it has 2 tasks in
# flight where it should have 6 (so much that a noisy machine shows it too).

load ../limit

setup() {
    DIR=$(mktemp -d)
    cd "$DIR" || exit 1
    export CONTEND_STATE=$DIR/state # in which no floor is kept
    export TMPDIR=$DIR # the scratch directory is among a trial's arguments: so its processes are known as this test's
    program fast :
    program slow 'cell concurrency=6 concurrency=2; cell workers=6 workers=2'
}

teardown() {
    [ -z "${live:-}" ] || kill "$live" 2>/dev/null || true
    cd / && rm -rf "$DIR"
}

# A contend of its own commit, told to be a release build so that a sanitizer's tests go the same way. `cell FROM TO` before a
# trial changes a parameter of what the trial is asked for.
program() { # NAME COMMANDS-BEFORE-A-TRIAL [VERSION]
    cat >"$1" <<P
#!/bin/bash
cell() {
    sed "s/\"\${1%=*}\":\${1#*=}/\"\${2%=*}\":\${2#*=}/" <&3 >$DIR/cell.\$\$
    exec 3<$DIR/cell.\$\$
    rm $DIR/cell.\$\$
}
case \$1 in
    --version) echo "${3:-contend 0.1.0 ($1, Release)}" ;;
    doctor) "$CONTEND" "\$@" | sed 's/-O0 -g3/-O2/' ;;
    trial)
        $2
        exec "$CONTEND" "\$@"
        ;;
esac
P
    chmod +x "$1"
}

CELLS=(--workload sleep --set time=1ms --models "threads,async" --concurrency 6 --units 60 --tasks 30)
live() { # A B [MORE...]
    "$CONTEND" compare --live "$1" "$2" "${CELLS[@]}" "${@:3}"
}

# In PYTHON: `plan` and `trials` of both sides, a and b, in which no cell of a block stands twice.
of_both() { # DIR PYTHON
    /usr/bin/python3 -c 'import json, sys
sides = [[json.loads(line) for line in open(f"{sys.argv[1]}/{side}/trials.jsonl")] for side in "ab"]
plan, trials = [s[0] for s in sides], [s[1:] for s in sides]
for t in trials:
    assert len({(x["block"], x["cell"]) for x in t}) == len(t), "measured twice"
exec(sys.argv[2])' "$@"
}
