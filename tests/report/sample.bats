#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The run in results/samples: what this program makes of its journal today is what it said when it was measured, and the
# pages quote it word by word.

setup_file() {
    export SAMPLE=$CONTEND_ROOT/results/samples/standard
    RUN=$(mktemp -d)/standard
    export RUN
    mkdir "$RUN"
    cp "$SAMPLE/environment.json" "$SAMPLE/topology.xml" "$RUN"
    xz --decompress --stdout "$SAMPLE/trials.jsonl.xz" >"$RUN/trials.jsonl"
    xz --decompress --stdout "$SAMPLE/summary.json.xz" >"$RUN/before.json"
}

teardown_file() {
    rm -rf "${RUN%/standard}"
}

cells() { # FILE
    /usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["cells"])' "$1"
}

@test "its journal gives the numbers and verdicts that it gave when it was made" {
    "$CONTEND" show "$RUN" --json >"$RUN/now.json"
    /usr/bin/python3 - "$RUN/before.json" "$RUN/now.json" <<'END'
import json, math, sys
words = {"text", "advice", "why", "reason", "reasons", "warnings", "summary", "evidence"}
before, now = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:])
numbers = 0
def same(a, b, at):
    global numbers
    if isinstance(a, dict):
        for key, value in a.items():
            if key not in words:
                assert key in b, f"{at}.{key} is gone"
                same(value, b[key], f"{at}.{key}")
    elif isinstance(a, list):
        assert len(a) == len(b), f"{at} has {len(b)} members, not {len(a)}"
        for i, (x, y) in enumerate(zip(a, b)):
            same(x, y, f"{at}[{i}]")
    elif isinstance(a, float) or isinstance(b, float):
        numbers += 1
        assert math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12), f"{at}: {b}, not {a}"
    else:
        numbers += 1
        assert a == b, f"{at}: {b!r}, not {a!r}"
for part in "trials", "blocks", "cells", "comparisons", "noise_floors":
    same(before[part], now[part], part)
assert len(before["cells"]) > 100 and len(before["comparisons"]) > 100 and numbers > 10000, numbers
END
}

@test "a number that is another one is seen" {
    sed '2s/"wall_ns":/"wall_ns":1/' "$RUN/trials.jsonl" >"$RUN/other.jsonl"
    mkdir -p "$RUN/other"
    mv "$RUN/other.jsonl" "$RUN/other/trials.jsonl"
    "$CONTEND" show "$RUN/other" --json >"$RUN/other.json"
    if cmp -s <(cells "$RUN/other.json") <(cells "$RUN/before.json"); then
        echo "a trial of another duration gives the same cells"
        return 1
    fi
}

@test "it was made on a machine of which doctor had something to say, and that is kept" {
    grep -E '^[0-9]+ errors?, [0-9]+ warnings?' "$SAMPLE/doctor.txt"
}

@test "the tables that the pages quote are its own, and one that is not is seen" {
    (cd "${RUN%/standard}" && COLUMNS=112 "$CONTEND" show standard) >"$RUN/tables.txt"
    "$CONTEND_ROOT/tests/report/quotes" "$RUN/tables.txt" "$CONTEND_ROOT"/{README,results/README}.md
    sed 's/^    \(.*\) serial  /    \1 serial_ /' "$CONTEND_ROOT/README.md" >"$RUN/README.md"
    run "$CONTEND_ROOT/tests/report/quotes" "$RUN/tables.txt" "$RUN/README.md"
    [ "$status" -eq 1 ]
    [[ "$output" == *serial_* ]]
}

@test "its figures and its report can be made, and the report is of a size that can be mailed" {
    "$CONTEND" plot "$RUN" --out "$RUN/figures"
    [ "$(find "$RUN/figures" -name '*.svg' -printf '%f\n' | sed 's/[-.].*//' | sort -u | wc -l)" -ge 12 ]
    "$CONTEND" report "$RUN" --out "$RUN/report.html"
    cells=$(/usr/bin/python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["cells"]))' "$RUN/before.json")
    [ $(("$(stat -c %s "$RUN/report.html")" * 100 / cells)) -lt 2000000 ] # 2 MB for 100 cells
}
