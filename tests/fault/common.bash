# SPDX-License-Identifier: MIT
# What the fault tests share: the program installed into a place of its own, and plug-ins built with nothing but that.

load ../limit

install_contend() { # into $BATS_FILE_TMPDIR/usr; sets what needs it
    cmake --install "$CONTEND_BUILD" --prefix "$BATS_FILE_TMPDIR/usr" >/dev/null
    export PKG_CONFIG_PATH=$BATS_FILE_TMPDIR/usr/share/pkgconfig
    export INSTALLED=$BATS_FILE_TMPDIR/usr/bin/contend
}

listed_models() { # how many there are: what --models all takes
    "$INSTALLED" list models --json | /usr/bin/python3 -c 'import json, sys; print(len(json.load(sys.stdin)))'
}

plugin() { # SOURCE OUT [CC FLAGS...]
    local source=$1 out=$2
    shift 2
    # shellcheck disable=SC2046
    cc -std=c11 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -fPIC -shared "$@" $(pkg-config --cflags contend) -o "$out" "$source"
}

scratch_setup() { # a directory for one test; it is the scratch directory too, which each trial has among its arguments
    DIR=$(mktemp -d)
    cd "$DIR" || exit 1
    export TMPDIR=$DIR
    # A sanitizer would turn the signals that are tested here into exits.
    export ASAN_OPTIONS=handle_segv=0:handle_abort=0:handle_sigbus=0:use_sigaltstack=0:detect_leaks=0
}

scratch_teardown() {
    cd / && rm -rf "$DIR"
}

trials() { # how many processes of this test's trials there are
    ps -eo args | grep -c "^contend trial [0-9]* $DIR" || true
}

no_trials() { # what was killed may take a moment to be gone
    eventually no_match "^contend trial [0-9]* $DIR" && return 0
    ps -eo pid,ppid,stat,args | grep "contend trial [0-9]* $DIR" >&2
    return 1
}

cell() { # RUN MODEL: "status: reason" of its cell
    /usr/bin/python3 - "$1" "$2" <<'PY'
import json, sys
for c in json.load(open(sys.argv[1] + "/summary.json"))["cells"]:
    if c["model"] == sys.argv[2]:
        print(c["status"] + ": " + (c["reason"] or ""))
PY
}
