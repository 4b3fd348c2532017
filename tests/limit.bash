# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What tests wait for, and for how long at most. A limit of time is for hangs alone, so it follows what the machine takes:
# tests/steady measures that once (see pace.c) and hands it on in CONTEND_TEST_FACTOR; a test that is run by hand measures it.

export CONTEND_STATE=${CONTEND_STATE-} # unless it is set, nothing is kept, so that no test writes into the user's home

if [ -z "${CONTEND_TEST_FACTOR:-}" ]; then
    CONTEND_TEST_FACTOR=$("${CONTEND_BUILD:-.}/tests/pace" 2>/dev/null) || CONTEND_TEST_FACTOR=30 # unknown: as a slow one
    export CONTEND_TEST_FACTOR
fi

scaled() { # MS: what takes so long on a fast machine that has nothing else to do, on this one; in ms
    awk -v ms="$1" -v factor="$CONTEND_TEST_FACTOR" 'BEGIN {printf "%.0f\n", ms * (factor < 1 ? 1 : factor)}'
}

# Until COMMAND holds. It gives up only after what must be a hang, and then tells what it waited for.
eventually() { # COMMAND...
    local most=$(($(scaled 20000) / 1000))
    local end=$((SECONDS + (most > 60 ? most : 60)))
    until "$@"; do
        if [ "$SECONDS" -ge "$end" ]; then
            echo "after $SECONDS s still not: $*" >&2
            return 1
        fi
        sleep 0.05
    done
}

alive() { # PID
    kill -0 "$1" 2>/dev/null
}

lines_in() { # N FILE: it has so many lines or more
    [ -s "$2" ] && [ "$(wc -l <"$2")" -ge "$1" ]
}

no_match() { # PATTERN: no process has such arguments
    local code=0
    pgrep -f -- "$1" >/dev/null || code=$?
    [ "$code" -eq 1 ] # another one is pgrep's own failure
}

# A process that keeps a CPU busy until it is killed, or this test has ended: its pid in $SPINNER, killed by spin_end.
spin() { # [CPU: pinned to it]
    /usr/bin/python3 -c 'import os, sys
if sys.argv[1:]:
    os.sched_setaffinity(0, {int(sys.argv[1])})
parent = os.getppid()
while os.getppid() == parent:
    for _ in range(1000000):
        pass' "$@" 3>&- &
    SPINNER=$!
}

spin_end() {
    [ -z "${SPINNER:-}" ] || kill "$SPINNER" 2>/dev/null || true
    SPINNER=
}
