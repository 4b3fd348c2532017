#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The worked examples of tests/CONTRIBUTING.md. Their code is added to a copy of the tree, all of it is built at once, and the
# commands that the page shows are run there.

load ../limit

PAGE=$CONTEND_ROOT/tests/CONTRIBUTING.md

setup_file() {
    export TREE="$BATS_FILE_TMPDIR/tree" SHOWN="$BATS_FILE_TMPDIR/shown"
    mkdir "$TREE"
    cp -r "$CONTEND_ROOT"/{CMakeLists.txt,LICENSE,README.md,bench,harness,plots,results,tests} "$TREE"
    "$CONTEND_ROOT/tests/cli/worked_examples" "$CONTEND_ROOT/tests/CONTRIBUTING.md" "$TREE" >"$SHOWN"
    local launcher=() log="$BATS_FILE_TMPDIR/build"
    if command -v ccache >/dev/null; then # what has not changed since this test ran last is not compiled again
        export CCACHE_DIR="${CCACHE_DIR:-$CONTEND_BUILD/ccache}" CCACHE_BASEDIR="$TREE" CCACHE_NOHASHDIR=1
        launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache)
    fi
    # Without optimization, since a new kind of op compiles every file anew.
    { cmake -S "$TREE" -B "$TREE/build/release" -G Ninja -DCMAKE_BUILD_TYPE=Debug "${launcher[@]}" &&
        cmake --build "$TREE/build/release" -j 2 --target contend test_clock_steps; } >"$log" 2>&1 || { tail -n 40 "$log"; return 1; }
}

setup() {
    cd "$TREE" || exit 1
}

@test "each command that the page shows works" {
    [ "$(wc -l <"$SHOWN")" -ge 10 ]
    while IFS='' read -r command; do
        echo "$command"
        bash -c "$command" >said 2>&1 </dev/null || { echo "exit code $?"; cat said; return 1; }
        cat said >>"$BATS_FILE_TMPDIR/said"
    done <"$SHOWN"
}

@test "the workload, the op and the model do the same work as all others" {
    /usr/bin/python3 - <<'END'
import json

def cells(run):
    summary = json.load(open(f"runs/{run}/summary.json"))
    assert summary["complete"] and not summary["trials"]["failed"] and not summary["trials"]["void"], summary["trials"]
    return [c for c in summary["cells"] if c["status"] != "skipped"]

models = {m["name"] for m in json.loads(__import__("subprocess").check_output(["build/release/contend", "list", "models", "--json"]))}
assert "threads-queue" in models
for run, kind in ("ones", "cpu"), ("yield", "yield"):
    there = cells(run)
    assert {c["model"] for c in there} == models, there
    for c in there:
        assert c["ops"][kind] == c["units"] > 0, c
    for params in {json.dumps(c["params"]) for c in there}:
        assert len({c["checksum"] for c in there if json.dumps(c["params"]) == params}) == 1, params
there = {(c["workload"], c["concurrency"]) for c in cells("queue") if c["model"] == "threads-queue"}
assert there == {(w, n) for w in ("ones", "sleep", "pingpong") for n in (2, 100)}, there
END
}

@test "the check and the criterion are asked" {
    build/release/contend doctor --json >doctor.json || [ $? -eq 5 ]
    /usr/bin/python3 -c 'import json
check, = [c for c in json.load(open("doctor.json"))["checks"] if c["id"] == "swappiness"]
assert check["severity"] in ("ok", "info", "unknown") and check["evidence"], check'
    build/release/contend verify --quick --bar clock --json >verify.json || [ $? -eq 4 ]
    /usr/bin/python3 -c 'import json
row, = json.load(open("verify.json"))["bars"]
assert row["name"] == "clock steps back" and row["measured"] == 0, row'
}

@test "the figure is drawn" {
    grep -q 'context switches for each unit' "$BATS_FILE_TMPDIR/said" # in the terminal
    /usr/bin/python3 -c 'import glob, xml.etree.ElementTree as x
path, = glob.glob("runs/figures/switches-*.svg")
assert "voluntary context switches a unit" in "".join(x.parse(path).getroot().itertext()), path'
}

@test "the examples compile without a warning, keep the rules of the layers, and the format" {
    mapfile -t files < <(sed -n 's/^New file `\([^`]*\.c\)`:$/\1/p' "$PAGE")
    [ "${#files[@]}" -ge 6 ]
    tests/layers "$TREE"
    cp "$CONTEND_ROOT/.clang-format" .
    for f in "${files[@]}"; do
        grep -qF "/${f##*/}.o" "$BATS_FILE_TMPDIR/build"
        if grep -F "/${f##*/}:" "$BATS_FILE_TMPDIR/build" | grep 'warning:'; then
            return 1
        fi
        if command -v clang-format >/dev/null; then
            clang-format "$f" | diff "$f" -
        fi
    done
}

put() { # TEXT...: a page of these lines, whose examples are put into a tree of this test's own
    printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/page.md"
    run "$CONTEND_ROOT/tests/cli/worked_examples" "$BATS_TEST_TMPDIR/page.md" "$BATS_TEST_TMPDIR"
}

refused() { # WHY TEXT...
    put "${@:2}"
    [ "$status" -eq 1 ]
    [[ "$output" == *"$1" ]] || { echo "$output"; return 1; }
}

@test "an example that does not fit is reported" {
    printf 'one\n  two(x)\nthree\n' >"$BATS_TEST_TMPDIR/there"
    put '## A' 'In `there`, before `two`:' '```c' new '```' 'At the end of `there`:' '```c' last '```' '```sh' 'a \' '  b' '```'
    [ "$status" -eq 0 ]
    [ "$output" = "a b" ]
    [ "$(tr '\n' ' ' <"$BATS_TEST_TMPDIR/there")" = "one new   two(x) three last " ]
    put '## A' 'New file `other`:' '```c' new '```'
    [ "$status" -eq 0 ]
    refused "page.md:5: other is there already" '## A' 'New file `other`:' '```c' new '```'
    refused "there has 0 lines that begin with four: expected one" '## A' 'In `there`, before `four`:' '```c' new '```'
    refused "expected In \`PATH\`, before \`TEXT\`:" '## A' 'In `there`:' '```c' new '```'
    refused "where does this block go? The line before it is: Somewhere:" '## A' 'Somewhere:' '```c' new '```'
    refused "61 lines of code: expected at most 60" '## A' 'At the end of `there`:' '```c' $(seq 61) '```'
    refused "there are no examples" '## A' 'no code'
}
