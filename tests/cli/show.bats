#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# contend show: as wide as where it is read, in real terminals and pipes; --plain for logs; --cell, the trials of one cell.

load own_directory
load made_runs

setup_file() {
    "$CONTEND" run --workload sleep --set time=100us,1ms --models all --concurrency 2,8 --units 32 --tasks 8 --blocks 2 \
        --quiet --out "$BATS_FILE_TMPDIR/run" >/dev/null
}

measured() { # DIR: a copy of the run that all tests here share
    cp -r "$BATS_FILE_TMPDIR/run" "$1"
}

# Runs a shell command on a terminal of so many columns, and prints all that comes to it; the command's files are its own.
on_terminal() { # COLUMNS COMMAND
    /usr/bin/python3 - "$@" <<'P'
import fcntl, os, pty, struct, sys, termios
columns, command = int(sys.argv[1]), sys.argv[2]
pid, terminal = pty.fork()
if pid == 0:
    os.environ.pop("COLUMNS", None)
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.execv("/bin/bash", ["bash", "-c", command])
seen = b""
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError: # the last one that had it is gone
        break
    if not part:
        break
    seen += part
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(seen.replace(b"\r\n", b"\n"))
sys.exit(os.waitstatus_to_exitcode(status))
P
}

# The widest line of a file that has more than one word, without its colours; and that there is one about so wide.
fits() { # FILE COLUMNS
    /usr/bin/python3 - "$@" <<'P'
import re, sys
path, columns = sys.argv[1], int(sys.argv[2])
lines = [re.sub("\033\\[[0-9;]*m", "", l) for l in open(path, encoding="utf-8").read().split("\n")]
wide = [l for l in lines if len(l) > columns and " " in l.strip()]
assert not wide, wide[0]
widest = max(map(len, lines))
assert widest > columns - 25, f"the widest has {widest} columns: it is not laid out for {columns}"
P
}

@test "tables are as wide as the terminal, as the pager's in a pipe, as COLUMNS says, and else 80 columns" {
    measured run
    unset COLUMNS
    for columns in 60 80 100 132; do
        on_terminal "$columns" "'$CONTEND' show run" >shown
        fits shown "$columns"
        on_terminal "$columns" "'$CONTEND' show run | cat >piped" >rest
        fits piped "$columns"
        [ ! -s rest ]
        COLUMNS=$columns "$CONTEND" show run >shown
        fits shown "$columns"
        on_terminal "$columns" "'$CONTEND' show run --cell 1 | cat >piped"
        fits piped "$columns"
    done
    on_terminal 132 "'$CONTEND' show run >filed" # read elsewhere, whoever asked for it
    fits filed 80
    on_terminal 132 "'$CONTEND' show run 2>said | cat >piped"
    fits piped 80
    "$CONTEND" show run >shown 2>said </dev/null
    fits shown 80
    cmp shown filed
    cmp shown piped
    for bad in "" 0 -1 12 80x 99999999999; do # not a width: as if it were not set
        COLUMNS=$bad "$CONTEND" show run | cmp - shown
    done
    on_terminal 132 "COLUMNS=70 '$CONTEND' show run" >shown
    fits shown 70
    on_terminal 20 "'$CONTEND' show run" >shown # nobody reads a table in 20 columns
    fits shown 40
}

@test "a run prints its tables for the terminal that its pipe is read on, as show does" {
    on_terminal 72 "'$CONTEND' run --workload sleep --set time=100us --models serial,threads,async --concurrency 2 --units 8 --blocks 1 --quiet --out one | cat >piped"
    fits piped 72
    on_terminal 72 "'$CONTEND' show one | cat >again"
    head -n 8 again >want
    head -n 8 piped | cmp - want
}

@test "colour is for terminals: none in a pipe, with NO_COLOR, or with --plain" {
    small warned >/dev/null # made quiet, too few blocks: it has findings that warn
    edit warned 'load(3, waited=0.5)'
    on_terminal 100 "'$CONTEND' show warned" >shown
    grep -q $'\033\\[33m' shown
    for how in "'$CONTEND' show warned | cat" "NO_COLOR=1 '$CONTEND' show warned" "'$CONTEND' show warned --plain"; do
        on_terminal 100 "$how" >shown
        [ -s shown ]
        run grep -c $'\033' shown
        [ "$output" = 0 ]
    done
}

@test "a map of winners that is wider than the terminal goes on below, with the same in each field" {
    measured run
    for columns in 40 64 200; do
        COLUMNS=$columns "$CONTEND" show run >"$columns"
        fits "$columns" "$columns"
    done
    /usr/bin/python3 - <<'P'
import re
def fields(columns):
    """What stands in each field, by its row and column, and in how many bands."""
    page = open(columns, encoding="utf-8").read().split("\nWho wins where:\n")[1]
    lines = page.split("\n\n\n")[0].split("\n")
    found, bands, starts, row = {}, 0, {}, None
    for line in lines:
        if " \\ in flight" in line:
            bands += 1
            corner = line.index("in flight") + len("in flight")
            starts = {m.group(): m.start() for m in re.finditer(r"\S+", line) if m.start() > corner}
            ends = dict(zip(starts, list(starts.values())[1:] + [None]))
            least = min(starts.values())
        elif starts and line:
            row = line[:least].strip() or row
            for name, at in starts.items():
                found[row, name] = (found.get((row, name), "") + " " + line[at:ends[name]].strip()).strip()
    return found, bands
wide, one = fields("200")
assert one == 1 and len(wide) == 4 and all(wide.values()), wide
for columns, bands in ("64", 1), ("40", 2):
    assert fields(columns) == (wide, bands), (columns, fields(columns), wide)
P
}

@test "--plain: a record a line, ASCII, the same whatever the terminal, with the summary's numbers" {
    measured run
    "$CONTEND" show run --plain >plain
    run grep -nP '[^\x20-\x7e]' plain
    [ "$status" -eq 1 ]
    COLUMNS=40 "$CONTEND" show run --plain | cmp - plain
    on_terminal 60 "'$CONTEND' show run --plain" | cmp - plain
    "$CONTEND" show run --json >summary.json
    /usr/bin/python3 - <<'P'
import json, shlex
s = json.load(open("summary.json"))
records = {}
for line in open("plain"):
    kind, *fields = shlex.split(line)
    records.setdefault(kind, []).append(dict(f.split("=", 1) for f in fields))
for kind, of in records.items():
    assert len({tuple(r) for r in of}) == 1, kind # always the same fields in the same order
run, = records["run"]
assert (run["ok"], run["planned"], run["complete"], run["blocks"]) == ("%d" % s["trials"]["ok"], "%d" % s["trials"]["planned"], "yes", "2"), run
assert [c["id"] for c in s["cells"]] == [r["id"] for r in records["cell"]]
assert [r["number"] for r in records["cell"]] == [str(i) for i in range(len(s["cells"]))]
near = lambda text, v: abs(float(text.rstrip("k")) * (1000 if text.endswith("k") else 1) / v - 1) < 0.01
for c, r in zip(s["cells"], records["cell"]):
    assert r["status"] == c["status"] and int(r["trials"]) == c["trials"]
    assert near(r["rate"], c["throughput"]["median"]) and r["lower"] == "n/a" # too few blocks
assert len(records["comparison"]) == len(s["comparisons"])
for c, r in zip(s["comparisons"], records["comparison"]):
    assert r["verdict"] == c["verdict"] and near(r["ratio"], c["ratio"]["median"]), (c, r)
    assert s["cells"][int(r["a"])]["id"] == r["a_id"] and s["cells"][int(r["a"])]["model"] == c["a"]["model"]
assert len(records["floor"]) == len(s["noise_floors"]) and len(records["map"]) == 4
assert [r["id"] for r in records.get("finding", [])] == [f["id"] for f in s["findings"]]
assert sorted(r["id"] for r in records.get("expectation", [])) == sorted(x["id"] for x in s["expectations"])
P
}

@test "hostile names move no cursor on a terminal, and forge no record in a log" {
    measured run
    edit run 'evil = "\u001b[31mx\u001b[2J\u001b]0;t\u0007 \u009b1A\n\"finding severity=bad\r\ncell number=0 \u202e"
lines[0]["name"] = evil
for c in lines[0]["cells"]:
    c["model"] += evil
for t in lines[1:]:
    t["warnings"] = [evil]
lines[1]["status"], lines[1]["reason"] = "failed", evil
lines[1]["throughput"], lines[1]["throughput_unavailable"] = None, "the trial is not ok"
build("type", "Release"); build("sanitize", "none"); build("flags", "-O2")' # else it is not for comparing
    for how in "show run" "show run --plain" "show run --cell 0" "show run --cell 0 --plain" "show run --cell x" "compare run run"; do
        # shellcheck disable=SC2086
        "$CONTEND" $how >out 2>&1 || [[ $? =~ ^[24]$ ]] # x is no cell, and a run is not compared with itself
        [ -s out ]
        run grep -naP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae' out
        [ "$status" -eq 1 ]
    done
    "$CONTEND" show run --plain >out
    run grep -c '^finding severity=bad' out
    [ "$output" = "$("$CONTEND" show run --json | grep -c '"severity": "bad"')" ]
    [ "$(grep -c '^cell number=0 ' out)" -eq 1 ]
}

@test "--cell: each trial in its order, with the journal's numbers; the number is that of the tables' column" {
    measured run
    "$CONTEND" show run >tables
    number=$(sed -n 's/^ *\([0-9]*\) threads-gil .*/\1/p' tables | head -n 1)
    "$CONTEND" show run --cell "$number" >shown
    head -n 2 shown | paste -sd ' ' | grep -q "^cell $number of command-line: sleep .* threads-gil "
    for how in --json --plain; do
        "$CONTEND" show run --cell "$number" "$how" >"cell.$how"
    done
    run grep -nP '[^\x20-\x7e]' cell.--plain
    [ "$status" -eq 1 ]
    /usr/bin/python3 - "$number" <<'P'
import datetime, json, re, shlex, sys
number = int(sys.argv[1])
lines = [json.loads(l) for l in open("run/trials.jsonl")]
want = [(i, t) for i, t in enumerate(lines) if i and t["cell"] == number]
d = json.load(open("cell.--json"))
assert d["number"] == number and d["cell"]["model"] == "threads-gil" and len(d["trials"]) == len(want) == 2
at = lambda t: datetime.datetime.fromisoformat(t["started"].replace("Z", "+00:00"))
for t, (i, record) in zip(d["trials"], want):
    assert t["line"] == i + 1 and t["record"] == record, (t["line"], i)
    assert abs(t["since_start_s"] - (at(record) - at(lines[1])).total_seconds()) < 1e-3
    assert abs(t["capacity_ns"] - record["wall_ns"] * len(set(record["placement"]["pus"]))) < 1
rows = [l.split() for l in open("shown") if re.match(r" +[0-9]+ .* ok ", l)]
assert [int(r[0]) for r in rows] == [r["block"] for _, r in want], rows
records = [shlex.split(l) for l in open("cell.--plain")]
trials = [dict(f.split("=", 1) for f in r[1:]) for r in records if r[0] == "trial"]
workers = [dict(f.split("=", 1) for f in r[1:]) for r in records if r[0] == "worker"]
assert [(int(t["line"]), int(t["units"])) for t in trials] == [(i + 1, r["units"]) for i, r in want]
assert [int(w["units"]) for w in workers] == [k["units"] for _, r in want for k in r["workers_detail"]]
P
    # By its name, and by words that no other cell has all of: the same.
    id=$("$CONTEND" show run --json | /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["cells"][int(sys.argv[1])]["id"])' "$number")
    "$CONTEND" show run --cell "$id" | cmp - shown
    words=$(echo "$id" | grep -oE 'time=[^ ]*|threads-gil|c[0-9]+' | tac | tr '\n' ' ')
    "$CONTEND" show run --cell "$words" | cmp - shown
}

@test "--cell: what disturbed a trial and the time that it lost, why one failed, and none at all" {
    small one >/dev/null
    edit one 'for t in lines[1:]:
    if t["model"] == "serial":
        t["throttled_ns"] = t["wall_ns"] // 2 if t["block"] == 1 else 0
        t.pop("throttled_ns_unavailable", None)
        if t["block"] == 2:
            t["status"], t["reason"] = "failed", "killed at its limit"
            t["throughput"], t["throughput_unavailable"] = None, "the trial is not ok"'
    number=$("$CONTEND" show one --plain | sed -n 's/^cell number=\([0-9]*\) .* serial .*/\1/p')
    "$CONTEND" show one --cell "$number" >shown
    grep -q '^5 of 6 trials ok, [0-9] disturbed' shown
    grep -qE '^ +lost to .*quota [0-9.]+[mu]s \(50 %\)' shown
    grep -qE '^ +failed: killed at its limit$' shown
    head -n 1 one/trials.jsonl >cut && mv cut one/trials.jsonl # no trial
    "$CONTEND" show one --cell "$number" | grep -q '^skipped: not measured'
    "$CONTEND" show one --cell "$number" --json | grep -q '"trials": \[\]'
}

@test "a cell that is none, or may be several: one line that names the nearest, exit code 2" {
    measured run
    refused() { # PATTERN ARGS...
        run "$CONTEND" show run "${@:2}"
        echo "$output" >&2
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
        [[ "$output" == *$1* ]]
    }
    refused "'threds c8 time=1ms' is no cell of this run; near it are " --cell "threds c8 time=1ms"
    near=$(sed 's/.*near it are //; s/).*//' <<<"$output")
    [[ "$near" == *"time=1ms threads"*"c8"* ]]
    refused "'async' may be any of 4 cells: give more words, or a number, such as " --cell async
    for number in 999 -1 99999999999999999999; do
        refused "'$number' is no cell of this run; they are numbered from 0 to " --cell "$number"
    done
    refused "they are numbered from 0 to $(($("$CONTEND" show run --json | grep -c '"id": "sleep') - 1)) in the column #" --cell xyzzy-xyzzy-xyzzy
    refused "--cell needs a value" --cell
    refused "--json and --plain are two forms" --json --plain
    refused "expected one run's directory" run
    "$CONTEND" show run >whole # what is next is there to copy
    grep -q '^    contend show run --cell N$' whole
    run grep resume whole
    [ "$status" -eq 1 ]
    head -n 4 run/trials.jsonl >cut && mv cut run/trials.jsonl
    "$CONTEND" show run | grep -A 1 '^  what is missing of this run:$' | grep -q '^    contend run --resume run$'
}

@test "a full disk is told in one line, whatever is shown" {
    measured run
    for how in "" --plain --json "--cell 0" "--cell 0 --plain" "--cell 0 --json"; do
        code=0
        # shellcheck disable=SC2086
        "$CONTEND" show run $how >/dev/full 2>said || code=$?
        [ "$code" -eq 1 ]
        [ "$(wc -l <said)" -eq 1 ]
        grep -q 'No space left on device' said
    done
}

@test "the page on results names each record of --plain with its fields in their order" {
    small one >/dev/null
    measured run
    { "$CONTEND" show run --plain; "$CONTEND" show run --cell 1 --plain; "$CONTEND" show one --plain; } >plain
    "$CONTEND" show one --cell 0 --plain | grep -v '^cell ' >>plain
    /usr/bin/python3 - "$CONTEND_ROOT/results/README.md" <<'P'
import re, shlex, sys
page = open(sys.argv[1], encoding="utf-8").read().split("\n## Logs\n")[1].split("\n## ")[0]
named = {}
for row in re.findall(r"^\| (`.*) \|$", page, re.M):
    kinds, fields = row.split(" | ", 1)
    for kind in re.findall("`([a-z]+)`", kinds):
        named[kind] = re.findall("`([a-zA-Z_0-9]+)`", fields)
kinds = "load steal quota speed migration preemption pressure stopped".split()
seen = set()
for line in open("plain"):
    kind, *fields = shlex.split(line)
    names = [f.split("=", 1)[0] for f in fields]
    want = [n for w in named[kind] for n in ([w.replace("KIND", k) for k in kinds] if "KIND" in w else [w])]
    if kind in ("covers", "again", "warning"): # one row has both; block is named apart
        assert set(names) <= set(want), (kind, names, want)
    else:
        assert names == want, (kind, names, want)
    seen.add(kind)
assert set(named) - seen <= {"unfit", "warning", "expectation"}, set(named) - seen
P
}
