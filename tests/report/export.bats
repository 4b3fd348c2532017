#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# contend export: each format as those read it that it is for, with what was measured in it; hostile names; what is missing,
# failed, void or cut short.

load ../cli/own_directory
load ../cli/made_runs

setup_file() {
    "$CONTEND" run --workload sleep,null --models serial,threads,async --concurrency 2 --units 64 --tasks 4 \
        --blocks 3 --quiet --out "$BATS_FILE_TMPDIR/run" >/dev/null
}

measured() { # DIR: a copy of the run that all tests here share
    cp -r "$BATS_FILE_TMPDIR/run" "$1"
}

python() { # CODE ARGS...: with what the checks below share
    local code=$1
    shift
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$CONTEND_ROOT/tests/report /usr/bin/python3 -c "from exports import *
$code" "$@"
}

has_python() { # MODULE PACKAGE
    /usr/bin/python3 -c "import $1" 2>/dev/null || skip "no Python module $1: package $2"
}

@test "csv: a row a trial, with the journal's numbers, in columns that name their units" {
    measured run
    "$CONTEND" export run >run.csv 2>said
    [ ! -s said ]
    "$CONTEND" export run --format csv --what trials | cmp - run.csv
    python 'plan, trials = journal("run")
rows = table("run.csv")
assert len(rows) == len(trials) == 18, len(rows)
seen = 0
for row, t in zip(rows, trials):
    want = {"cell": t["id"], "workload": t["workload"], "model": t["model"], "offered": t["offered"], "workers": t["workers"],
            "concurrency": t["concurrency"], "mode": t["mode"], "placement": t["placement"]["order"], "block": t["block"],
            "position": t["position"], "status": t["status"], "reason": t["reason"], "started": t["started"],
            "units": t["units"], "bytes": t["bytes"], "checksum": t["checksum"], "wall_ns": t["wall_ns"],
            "throughput_units_per_s": t["throughput"], "cpu_user_ns": t["cpu_ns"]["user"], "cpu_system_ns": t["cpu_ns"]["system"],
            "switches_voluntary": t["switches"]["voluntary"], "switches_involuntary": t["switches"]["involuntary"],
            "peak_rss_bytes": t["memory"]["peak_rss_bytes"], "pss_bytes": t["memory"]["pss_bytes"], "visit": 0,
            "param_time_ns": t["params"].get("time"), "run": "run", "run_name": plan["name"],
            "run_started": trials[0]["started"], "run_complete": "TRUE"}
    for name in ("migrations queue_wait_ns foreign_cpu_ns steal_ns throttled_ns pressure_ns stopped_ns spawn_ns setup_ns startup_ns "
                 "teardown_ns took_ns").split():
        want[name] = t[name]
    for name in "count min mean p50 p90 p99 p99_9 p99_99 max".split():
        column = "latency_" + name + ("" if name == "count" else "_ns")
        want[column] = t["latency_ns"][name] if t["latency_ns"] else None
        seen += want[column] is not None
    for column, value in want.items():
        same(row[column], value, column)
    assert set(want) | {"libc_threads", "warnings", "disturbed", "disturbances"} | {c for c in row if c.startswith(("lost_", "param_"))} == set(row), set(row)
    assert row["disturbed"] == ("TRUE" if row["disturbances"] else "FALSE"), row
assert seen'
}

@test "csv: a row a cell and a row a comparison, with the summary's numbers" {
    measured run
    "$CONTEND" show run --json >summary.json
    "$CONTEND" export run --what cells >cells.csv
    "$CONTEND" export run --what comparisons >comparisons.csv
    python 's = json.load(open("summary.json"))
def estimate(row, measure, unit, e):
    for part in "median", "lower", "upper":
        same(row[f"{measure}_{part}" + (f"_{unit}" if unit else "")], e[part] if e else None, measure)
rows = table("cells.csv")
assert len(rows) == len(s["cells"]) == 6
for row, c in zip(rows, s["cells"]):
    for column, value in {"cell": c["id"], "model": c["model"], "status": c["status"], "units": c["units"], "trials_ok": c["trials"] - c["failed"],
                          "trials_failed": c["failed"], "trials_void": 0, "checksum": c["checksum"], "trials_disturbed": c["disturbed"]["trials"],
                          "latency_p50_ns": c["latency_ns"] and c["latency_ns"]["p50"]}.items():
        same(row[column], value, column)
    estimate(row, "throughput", "units_per_s", c["throughput"])
    estimate(row, "wall", "ns", c["wall_ns"])
    estimate(row, "startup", "ns", c["startup_ns"])
    estimate(row, "teardown", "ns", c["teardown_ns"])
    estimate(row, "cpu_user", "ns", c["cpu_ns"]["user"])
    estimate(row, "pss", "bytes", c["memory"]["pss_bytes"])
    estimate(row, "speedup", None, c["speedup"])
    for part in "p50", "p99", "latest":
        estimate(row, "trial_latency_" + part, "ns", c["trial_latency_ns"][part])
assert any(c["trial_latency_ns"]["p50"] for c in s["cells"])
rows = table("comparisons.csv")
assert len(rows) == len(s["comparisons"]) == 6
for row, c in zip(rows, s["comparisons"]):
    for column, value in {"workload": c["workload"], "a_model": c["a"]["model"], "b_model": c["b"]["model"], "a_workers": c["a"]["workers"],
                          "b_concurrency": c["b"]["concurrency"], "verdict": c["verdict"], "p_adjusted": c["p_adjusted"], "pairs": c["ratio"]["n"]}.items():
        same(row[column], value, column)
    estimate(row, "ratio", None, c["ratio"])'
}

@test "csv: pandas reads numbers as numbers, times as times, and only what is empty as missing" {
    has_python pandas python3-pandas
    measured run
    "$CONTEND" export run --output run.csv
    python 'import pandas
plan, trials = journal("run")
d = pandas.read_csv("run.csv", keep_default_na=False, na_values=[""])
assert len(d) == len(trials)
assert d.wall_ns.dtype == "int64" and d.wall_ns.tolist() == [t["wall_ns"] for t in trials]
assert d.run_complete.dtype == "bool" and d.run_complete.all()
assert d.workload.tolist() == [t["workload"] for t in trials] and "null" in set(d.workload)
assert d.checksum.tolist() == [t["checksum"] for t in trials]
assert (d.param_time_ns.isna() == (d.workload == "null")).all() and set(d.param_time_ns.dropna()) == {1e6}
assert d.reason.isna().all()
for got, t in zip(d.throughput_units_per_s, trials):
    close(got, t["throughput"])
started = pandas.to_datetime(d.started)
assert str(started.dt.tz) == "UTC" and started.is_monotonic_increasing, started
medians = d.groupby("cell").throughput_units_per_s.median()
for c in plan["cells"]:
    close(medians[c["id"]], statistics.median(t["throughput"] for t in trials if t["id"] == c["id"]))'
}

@test "csv: R reads it likewise" {
    command -v Rscript >/dev/null || skip "no Rscript: package r-base-core"
    measured run
    "$CONTEND" export run --output run.csv
    Rscript -e 'd <- read.csv("run.csv", na.strings = "", colClasses = c(checksum = "character"))
stopifnot(is.numeric(d$wall_ns), is.numeric(d$throughput_units_per_s), is.logical(d$run_complete), all(d$run_complete),
          is.character(d$checksum), all(is.na(d$reason)), "null" %in% d$workload,
          identical(is.na(d$param_time_ns), d$workload == "null"))
m <- aggregate(throughput_units_per_s ~ cell, d, median)
cat(sprintf("%d %s\n", nrow(d), d$checksum[1]), sprintf("%s\t%.17g\n", m$cell, m$throughput_units_per_s), sep = "")' >told
    python 'plan, trials = journal("run")
first, *medians = open("told").read().splitlines()
assert first.split() == [str(len(trials)), trials[0]["checksum"]] and len(medians) == len(plan["cells"])
for line in medians:
    cell, median = line.split("\t")
    close(float(median), statistics.median(t["throughput"] for t in trials if t["id"] == cell))'
}

@test "what is missing is empty or left out, never 0" {
    measured run
    edit run 'for t in lines[1:]:
    t["migrations"], t["migrations_unavailable"] = None, "not shown here"
    t["memory"] = {k: None for k in ("peak_rss_bytes", "pss_bytes")} | {k + "_unavailable": "not shown here" for k in ("peak_rss_bytes", "pss_bytes")}
    t["latency_ns"], t["latency_ns_unavailable"] = None, "not timed"
lines[1]["warnings"] = [c * 2000 for c in "abcd"]'
    for format in csv google-benchmark hyperfine openmetrics; do
        "$CONTEND" export run --format "$format" --output "out.$format"
    done
    "$CONTEND" export run --what cells >cells.csv
    python 'assert table("out.csv")[0]["warnings"] == "; ".join(c * 2000 for c in "abcd") # nor cut
for row in table("out.csv"):
    assert row["migrations"] == row["peak_rss_bytes"] == row["pss_bytes"] == row["latency_count"] == row["latency_p50_ns"] == "", row
for row in table("cells.csv"):
    assert row["migrations_median"] == row["pss_median_bytes"] == row["latency_count"] == row["latency_max_ns"] == "", row
    assert row["wall_median_ns"] and row["wall_lower_ns"] == "", row # too few blocks for an interval
rows = json.load(open("out.google-benchmark"))["benchmarks"]
assert rows and not any(k in b for b in rows for k in ("pss_bytes", "latency_p50_ns"))
text = open("out.openmetrics").read()
samples = [l for l in text.splitlines() if not l.startswith("#")]
assert not any(l.startswith(("contend_cell_migrations", "contend_cell_pss", "contend_cell_latency")) for l in samples), text
assert "nan" not in text.lower() and "lower" not in text'
}

@test "a trial that failed or is void: a row of csv with its reason; elsewhere counted, left out, and told" {
    measured run
    edit run 'lines[1]["status"], lines[1]["reason"] = "failed", "killed at its limit"
lines[1]["wall_ns"] = 12345
lines[2]["status"], lines[2]["reason"] = "void", "its checksum differs"
for t in lines[1:3]:
    t["throughput"], t["throughput_unavailable"] = None, "the trial is not ok"'
    for format in csv google-benchmark hyperfine openmetrics; do
        code=0
        "$CONTEND" export run --format "$format" --output "out.$format" 2>"said.$format" || code=$?
        [ "$code" -eq 6 ] # as of show
        [ "$format" = csv ] || grep -q "^contend: 2 of 18 trials failed or are void: $format counts them, and leaves them out" "said.$format"
    done
    [ ! -s said.csv ]
    run "$CONTEND" show run
    [ "$status" -eq 6 ]
    python 'plan, trials = journal("run")
rows = table("out.csv")
assert len(rows) == 18
failed, void = rows[:2]
assert (failed["status"], failed["reason"]) == ("failed", "killed at its limit") and (void["status"], void["reason"]) == ("void", "its checksum differs")
for column in ("wall_ns units checksum throughput_units_per_s cpu_user_ns pss_bytes startup_ns disturbed lost_load_share "
               "switches_voluntary latency_count").split():
    assert failed[column] == "", column
assert failed["took_ns"] != "" and void["wall_ns"] != "" and void["throughput_units_per_s"] == ""
good = {}
for t in trials[2:]:
    good.setdefault(t["id"], []).append(t)
results = {r["command"]: r for r in json.load(open("out.hyperfine"))["results"]}
assert {k: len(r["times"]) for k, r in results.items()} == {k: len(v) for k, v in good.items()}
d = json.load(open("out.google-benchmark"))
assert sum(b["run_type"] == "iteration" for b in d["benchmarks"]) == 16
c = d["context"]
assert (c["contend_trials_ok"], c["contend_trials_failed"], c["contend_trials_void"]) == ("16", "1", "1"), c
c = json.load(open("out.hyperfine"))["contend"]["trials"]
assert c == {"planned": 18, "ok": 16, "failed": 1, "void": 1}, c
text = open("out.openmetrics").read().splitlines()
for line in "ok\"} 16", "failed\"} 1", "void\"} 1", "planned\"} 18":
    assert "contend_run_trials{status=\"" + line in text, line'
}

@test "a trial that others showed to be void after it was written is void here, too" {
    measured run
    # What threads did differs from what serial did: where serial came last, only then is it known who was wrong.
    edit run 'lines[1:] = sorted(lines[1:], key=lambda t: (t["block"], t["model"] == "serial"))
for t in lines[1:]:
    if t["workload"] == "sleep" and t["model"] != "serial":
        t["ops"]["sleep"] += 1'
    "$CONTEND" show run --json >summary.json || [ $? -eq 6 ]
    "$CONTEND" export run >run.csv || [ $? -eq 6 ]
    "$CONTEND" export run --format hyperfine >run.json || [ $? -eq 6 ]
    python 's = json.load(open("summary.json"))
rows = table("run.csv")
void = [r for r in rows if r["status"] == "void"]
assert len(void) == s["trials"]["void"] == 6, (len(void), s["trials"])
assert {(r["workload"], r["model"]) for r in void} == {("sleep", "threads"), ("sleep", "async")}
assert all(r["reason"] for r in void)
commands = [r["command"] for r in json.load(open("run.json"))["results"]]
assert len(commands) == 4 and not any(c.startswith("sleep") and " serial " not in c for c in commands), commands'
}

@test "a run that was cut short says so, in each format and on standard error; a torn line is left out" {
    measured run
    head -n 5 run/trials.jsonl >cut
    head -n 6 run/trials.jsonl | tail -n 1 | head -c 100 >>cut
    mv cut run/trials.jsonl
    for format in csv google-benchmark hyperfine openmetrics; do
        "$CONTEND" export run --format "$format" --output "out.$format" 2>said
        grep -q '^contend: run is not complete: it has 4 of 18 trials$' said
        grep -q 'the last line of run/trials.jsonl is unfinished and was left out' said
        [ "$(wc -l <said)" -eq 2 ]
    done
    python 'rows = table("out.csv")
assert len(rows) == 4 and {r["run_complete"] for r in rows} == {"FALSE"}
assert json.load(open("out.google-benchmark"))["context"]["contend_complete"] == "false"
assert json.load(open("out.hyperfine"))["contend"]["complete"] is False
assert "contend_run_complete 0\n" in open("out.openmetrics").read()'
    head -n 1 run/trials.jsonl >cut && mv cut run/trials.jsonl # no trial at all
    for format in csv google-benchmark hyperfine openmetrics; do
        "$CONTEND" export run --format "$format" --output "out.$format" 2>said
    done
    "$CONTEND" export run --what cells >cells.csv 2>said
    python 'assert table("out.csv") == [] and len(table("cells.csv")) == 6
assert json.load(open("out.google-benchmark"))["benchmarks"] == json.load(open("out.hyperfine"))["results"] == []
assert open("out.openmetrics").read().endswith("# EOF\n")'
}

# A run that has names of the worst kind wherever one can stand, below such a directory.
hostile() {
    HOSTILE='./@run "a",b\c'
    "$CONTEND" run --workload letters --models serial,threads --concurrency 2 --units 4 --tasks 2 --blocks 2 --quiet \
        --out "$HOSTILE" >/dev/null
    edit "$HOSTILE" 'evil = "=cmd|\u0027 /C calc\u0027!A0\n\",\u001b[2J\r\\n \ufeff {x=\"y\"} \u202eünï\u0085 # {\n# EOF\n"
lines[0]["name"] = "+" + evil
for c in lines[0]["cells"]:
    c["params"]["dir"] = "＝/" + evil
    if c["model"] == "threads":
        c["model"] = "@" + evil
        c["placement"]["order"] = "-" + evil
for t in lines[1:]:
    t["warnings"] = ["\t" + evil]
    t["switches"]["voluntary"] = -5
lines[1]["status"], lines[1]["reason"] = "failed", "\u0027-" + evil
lines[1]["throughput"], lines[1]["throughput_unavailable"] = None, "the trial is not ok"
fact("host.id", "/" + evil)
fact("cpu.model", evil)'
}

@test "hostile names come back as they were from each format, and are no formula to a spreadsheet" {
    hostile
    for format in csv google-benchmark hyperfine openmetrics; do
        "$CONTEND" export "$HOSTILE" --format "$format" --output "out.$format" 2>said
    done
    for what in cells comparisons; do
        "$CONTEND" export "$HOSTILE" --what "$what" --output "$what.csv"
    done
    python 'path = sys.argv[1]
plan, trials = journal(path)
plain = lambda s: "".join("\ufffd" if unicodedata.category(c) == "Cc" and c not in "\t\n\r" else c for c in s)
models = {c["id"]: plain(c["model"]) for c in plan["cells"]}
for name in "out.csv", "cells.csv", "comparisons.csv":
    for row in raw_table(name):
        for column, text in row.items():
            assert column.startswith("switches_voluntary") or not text or text[0] not in "=+-@\t\r\n＝＋－＠", (column, text)
            assert not any(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in text), (column, text)
rows = table("out.csv")
assert len(rows) == len(trials) == 4
for row, t in zip(rows, trials):
    model = plain(plan["cells"][t["cell"]]["model"])
    assert row["model"] == model and row["run"] == path and row["run_name"] == plain(plan["name"]), row
    assert row["param_dir"] == plain(plan["cells"][0]["params"]["dir"]) and row["reason"] == plain(t["reason"]) and row["placement"] == plain(plan["cells"][t["cell"]]["placement"]["order"])
    assert row["warnings"] == plain(t["warnings"][0]) and t["warnings"][0].startswith("\t=")
    assert row["switches_voluntary"] == ("" if t["status"] == "failed" else "-5")
assert rows[0]["reason"].startswith("\u0027-=cmd")
assert {r["model"] for r in table("cells.csv")} == {r["model"] for r in rows}
d = json.load(open("out.google-benchmark", encoding="utf-8"))
assert d["context"]["contend_run"] == path and d["context"]["contend_name"] == plan["name"] and d["context"]["host_name"].startswith("/=cmd")
names = {b["run_name"] for b in d["benchmarks"]}
assert len(names) == 2 and not any(unicodedata.category(c) == "Cc" for n in names for c in n), names
assert all(n.count("/") == 5 + len(plan["cells"][0]["params"]) for n in names), names # a slash within a part is none between parts
h = json.load(open("out.hyperfine", encoding="utf-8"))
assert {r["parameters"]["model"] for r in h["results"]} == {c["model"] for c in plan["cells"]}
assert h["contend"]["run"] == path' "$HOSTILE"
    has_python prometheus_client python3-prometheus-client
    python 'path = sys.argv[1]
plan, trials = journal(path)
plain = lambda s: "".join("\ufffd" if unicodedata.category(c) == "Cc" and c not in "\t\n" else c for c in s)
for families in metrics("out.openmetrics"):
    info = families["contend_run_info"][0][1]
    assert info["run"] == path and info["name"] == plain(plan["name"]) and info["cpu"].startswith("=cmd"), info
    ratio = families["contend_cell_run_seconds"]
    assert {l["model"] for _, l, _ in ratio} == {plain(c["model"]) for c in plan["cells"]}, ratio
    assert all("dir=" + plain(plan["cells"][0]["params"]["dir"]) in l["params"] for _, l, _ in ratio)' "$HOSTILE"
}

@test "google-benchmark: its own compare.py takes two exports, and two models of one" {
    measured run
    cp -r run other
    edit other 'for t in lines[1:]:
    t["wall_ns"] *= 2
    t["throughput"] /= 2'
    "$CONTEND" export run --format google-benchmark --output run.json
    "$CONTEND" export other --format google-benchmark --output other.json
    python 'plan, trials = journal("run")
d = json.load(open("run.json"))
rows = d["benchmarks"]
cells = {}
for t in trials:
    cells.setdefault(t["id"], []).append(t)
assert len({b["run_name"] for b in rows}) == len(cells) == 6
for index, c in enumerate(plan["cells"]):
    of = [b for b in rows if (b["family_index"], b["per_family_instance_index"]) == (index // 3, index % 3)]
    params = "/time:1ms" if c["workload"] == "sleep" else "".join(f"/{k}:{v}" for k, v in c["params"].items())
    name = "{workload}%s/{model}/offered:1/concurrency:{concurrency}/batch/compact".format(**c) % params
    assert {b["run_name"] for b in of} == {name}, (of[0]["run_name"], name)
    ones = [b for b in of if b["run_type"] == "iteration"]
    for i, (b, t) in enumerate(zip(ones, sorted(cells[c["id"]], key=lambda t: t["block"]))):
        assert (b["name"], b["repetitions"], b["repetition_index"], b["threads"], b["iterations"], b["time_unit"]) == (name, 3, i, c["workers"], 64, "ns"), b
        close(b["real_time"], t["wall_ns"] / 64)
        close(b["cpu_time"], (t["cpu_ns"]["user"] + t["cpu_ns"]["system"]) / 64)
        close(b["items_per_second"], t["throughput"])
        close(b["startup_ns"], t["startup_ns"])
    many = {b["aggregate_name"]: b for b in of if b["run_type"] == "aggregate"}
    for key in "real_time", "cpu_time", "items_per_second":
        x = [b[key] for b in ones]
        mean, dev = statistics.fmean(x), statistics.stdev(x)
        for name_, want in ("mean", mean), ("median", statistics.median(x)), ("stddev", dev), ("cv", dev / mean if mean else None):
            if want is not None and name_ in many:
                close(many[name_][key], want)
                assert many[name_]["name"] == name + "_" + name_ and many[name_]["iterations"] == 3
    assert set(many) >= {"mean", "median", "stddev"}'
    compare=/usr/share/benchmark/compare.py
    [ -e "$compare" ] || skip "no $compare: package libbenchmark-tools"
    has_python scipy python3-scipy
    /usr/bin/python3 "$compare" --no-color -d diff.json benchmarks run.json other.json >told
    grep -q '^sleep/time:1ms/threads/offered:1/concurrency:2/batch/compact_mean  *+1.0000' told
    python 'd = json.load(open("diff.json"))
rows = [r for r in d if r["run_type"] == "iteration"]
assert len(rows) == 6 and all(len(r["measurements"]) == 3 for r in rows)
for r in rows:
    for m in r["measurements"]:
        close(m["time"], 1)
        assert m["cpu"] == 0'
    for mode in "benchmarksfiltered run.json /threads/ run.json /async/" "filters run.json /threads/ /async/"; do
        # shellcheck disable=SC2086
        /usr/bin/python3 "$compare" --no-color -d diff.json $mode >told
        python 'd = [r for r in json.load(open("diff.json")) if r["run_type"] == "iteration"]
rows = json.load(open("run.json"))["benchmarks"]
time = lambda model: sorted(b["real_time"] for b in rows if "sleep" in b["name"] and f"/{model}/" in b["name"] and b["run_type"] == "iteration")
assert len(d) == 2, d
m = [r for r in d if "sleep" in r["name"]][0]["measurements"]
assert sorted(x["real_time"] for x in m) == time("threads") and sorted(x["real_time_other"] for x in m) == time("async")'
    done
}

@test "google-benchmark and hyperfine: the documents are what their schemas say" {
    has_python jsonschema python3-jsonschema
    measured run
    "$CONTEND" run --workload null --models serial --blocks 1 --units 4 --quiet --out one >/dev/null # no aggregate, no parameter
    for format in google-benchmark hyperfine; do
        for r in run one; do
            "$CONTEND" export "$r" --format "$format" --output "$r.json"
            python 'import jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
jsonschema.Draft7Validator(schema).validate(json.load(open(sys.argv[2])))' "$CONTEND_ROOT/results/schema/export-$format.schema.json" "$r.json"
        done
    done
}

@test "hyperfine: the same members and types as the program writes, and times in seconds" {
    measured run
    "$CONTEND" export run --format hyperfine --output run.json
    "$CONTEND" run --workload sleep --set time=1us,2us --models serial --blocks 2 --units 4 --quiet --out sweep >/dev/null
    "$CONTEND" export sweep --format hyperfine --output sweep.json
    "$CONTEND" run --workload null --models serial --blocks 1 --units 4 --quiet --out one >/dev/null
    "$CONTEND" export one --format hyperfine --output one.json
    python 'plan, trials = journal("run")
results = json.load(open("run.json"))["results"]
assert [r["command"] for r in results] == [c["id"] for c in plan["cells"]]
for r in results:
    of = sorted((t for t in trials if t["id"] == r["command"]), key=lambda t: t["block"])
    x = [t["wall_ns"] / 1e9 for t in of]
    assert r["times"] == x and r["exit_codes"] == [0, 0, 0], r
    close(r["mean"], statistics.fmean(x))
    close(r["stddev"], statistics.stdev(x))
    close(r["median"], statistics.median(x))
    assert (r["min"], r["max"]) == (min(x), max(x))
    close(r["user"], statistics.fmean(t["cpu_ns"]["user"] / 1e9 for t in of))
    close(r["system"], statistics.fmean(t["cpu_ns"]["system"] / 1e9 for t in of))
    assert r["parameters"]["workload"] in ("sleep", "null") and r["parameters"]["model"] in ("serial", "threads", "async")
sweep = json.load(open("sweep.json"))["results"]
assert [r["parameters"] for r in sweep] == [{"param_time_ns": "1000"}, {"param_time_ns": "2000"}], sweep # one: as a scan of it
one = json.load(open("one.json"))["results"]
assert len(one) == 1 and one[0]["stddev"] is None and "parameters" not in one[0], one'
    command -v hyperfine >/dev/null || skip "no hyperfine: package hyperfine"
    hyperfine -N --runs 2 -P n 1 2 --export-json theirs.json 'true {n}' >/dev/null 2>&1
    hyperfine -N --runs 1 --export-json their_one.json true >/dev/null 2>&1
    python 'def shape(v):
    if isinstance(v, dict):
        return {k: shape(x) for k, x in v.items()}
    if isinstance(v, list):
        return [shape(v[0])]
    return "number" if isinstance(v, (int, float)) and not isinstance(v, bool) else type(v).__name__
for ours, theirs in ("sweep", "theirs"), ("one", "their_one"):
    a, b = (shape(json.load(open(f"{name}.json"))["results"][0]) for name in (ours, theirs))
    for x in a, b:
        if "parameters" in x:
            x["parameters"] = sorted(x["parameters"].values())
    b.pop("memory_usage_byte", None) # of newer ones
    assert a == b, (a, b)'
}

@test "hyperfine has no rate, so of cells in closed mode it is told that their times say nothing" {
    "$CONTEND" run --workload sleep --set time=1ms --models serial,threads --concurrency 2 --mode closed --duration 20ms --blocks 1 --quiet --out run >/dev/null
    for format in csv google-benchmark openmetrics; do
        "$CONTEND" export run --format "$format" >/dev/null 2>said
        [ ! -s said ]
    done
    "$CONTEND" export run --format hyperfine >/dev/null 2>said
    grep -q '^contend: 2 cells ran in closed mode' said
    [ "$(wc -l <said)" -eq 1 ]
    "$CONTEND" export run --format google-benchmark >run.json
    python 'plan, trials = journal("run")
for b in json.load(open("run.json"))["benchmarks"]:
    t = [t for t in trials if t["model"] == b["run_name"].split("/")[2]][0]
    assert b["iterations"] == t["units"]
    close(b["real_time"], t["wall_ns"] / t["units"]) # per unit, so it does say something'
}

@test "openmetrics: a real parser takes it, with the summary's numbers in base units" {
    has_python prometheus_client python3-prometheus-client
    measured run
    "$CONTEND" show run --json >summary.json
    "$CONTEND" export run --format openmetrics --output run.txt
    python 's = json.load(open("summary.json"))
for families in metrics("run.txt"): # by the parser of OpenMetrics, and by that of the older text format
    of = lambda name, **labels: [v for n, l, v in families[name.split(":")[0]] if n == name.replace(":", "") and all(l.get(k) == x for k, x in labels.items())]
    assert of("contend_run_complete") == [1] and of("contend_run_trials", status="ok") == [18] and of("contend_run_blocks") == [3]
    for c in s["cells"]:
        for name, e, scale in (("throughput_units_per_second", c["throughput"], 1), ("run_seconds", c["wall_ns"], 1e9),
                               ("startup_seconds", c["startup_ns"], 1e9), ("teardown_seconds", c["teardown_ns"], 1e9),
                               ("cpu_user_seconds", c["cpu_ns"]["user"], 1e9), ("pss_bytes", c["memory"]["pss_bytes"], 1),
                               ("speedup_ratio", c["speedup"], 1), ("voluntary_switches", c["switches"]["voluntary"], 1)):
            got = of("contend_cell_" + name, cell=c["id"], statistic="median")
            assert len(got) == (e is not None), (name, got)
            if e:
                close(got[0], e["median"] / scale)
        assert of("contend_cell_trials", cell=c["id"], status="ok") == [3]
        assert of("contend_cell_units", cell=c["id"]) == [64]
        h = c["latency_ns"]
        assert of("contend_cell_latency_seconds:_count", cell=c["id"]) == ([h["count"]] if h else [])
        p50 = of("contend_cell_latency_seconds", cell=c["id"], quantile="0.5")
        assert len(p50) == (h is not None and h["p50"] is not None)
        if p50:
            close(p50[0], h["p50"] / 1e9)
    for c in s["comparisons"]:
        of_c = dict(workload=c["workload"], a_model=c["a"]["model"], b_model=c["b"]["model"])
        close(of("contend_comparison_ratio", statistic="median", **of_c)[0], c["ratio"]["median"])
        assert of("contend_comparison_verdict", verdict=c["verdict"], **of_c) == [1]'
}

@test "what can't be asked for gets one line, exit code 2, and nothing on disk" {
    measured run
    refused() { # PATTERN ARGS...
        local pattern=$1
        shift
        run "$CONTEND" export "$@" --output none
        echo "$status: $output" >&2
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
        [[ "$output" == *$pattern* ]]
        [ ! -e none ]
    }
    refused "--format: expected csv, google-benchmark, hyperfine or openmetrics, got 'xml'" run --format xml
    refused "did you mean 'openmetrics'?" run --format openmetric
    refused "--what: expected trials, cells or comparisons, got 'rows'" run --what rows
    refused "--what cells: hyperfine has no such table; --format csv has" run --format hyperfine --what cells
    refused "expected one run's directory"
    refused "expected one run's directory" run run
    "$CONTEND" export --help | grep -q 'csv (default), google-benchmark, hyperfine or openmetrics'
    for c in show export; do # what is no run, both tell in the same words
        run "$CONTEND" "$c" nothing
        [ "$status" -eq 1 ]
        echo "$output" >"$c.said"
    done
    cmp show.said export.said
    grep -q 'nothing is not a run' export.said
    mkdir pair && cp -r run pair/a && cp -r run pair/b
    run "$CONTEND" export pair
    [ "$status" -eq 1 ]
    [[ "$output" == *"name pair/a or pair/b"* ]]
}

@test "a file that may not grow is an error with its line, and what stands in the way is not written through" {
    measured run
    run bash -c 'ulimit -f 1; "$1" export run --output small.csv 2>&1' - "$CONTEND"
    [ "$status" -eq 1 ]
    [[ "$output" == "contend: small.csv can't be written"* ]]
    [ ! -e small.csv ]
    [ ! -e small.csv.tmp ]
    echo mine >victim
    ln -s victim o.csv.tmp
    "$CONTEND" export run --output o.csv
    [ "$(cat victim)" = mine ]
    [ -f o.csv ]
    [ ! -L o.csv ]
}

@test "a file is written whole or not at all, through links and into pipes, and never over the run itself" {
    measured run
    "$CONTEND" export run >want
    echo before >real && ln -s real link
    "$CONTEND" export run --output link >out 2>said
    [ ! -s out ]
    [ ! -s said ]
    [ -L link ]
    cmp real want
    "$CONTEND" export run --output /dev/stdout | cmp - want
    mkfifo pipe
    cat pipe >got &
    run_pid=$!
    "$CONTEND" export run --output pipe
    wait "$run_pid"
    run_pid=
    cmp got want
    [ -p pipe ]
    ln -s nothing dangling # what it leads to would be a file of another name than was said
    for bad in nowhere/file . run/trials.jsonl dangling; do
        cp run/trials.jsonl journal
        run "$CONTEND" export run --output "$bad"
        echo "$output" >&2
        [ "$status" -eq 1 ]
        [ "${#lines[@]}" -eq 1 ]
        cmp run/trials.jsonl journal
    done
    for full in "--output /dev/full" ">/dev/full"; do
        code=0
        eval "\"\$CONTEND\" export run $full" 2>said || code=$?
        [ "$code" -eq 1 ]
        [ "$(wc -l <said)" -eq 1 ]
        grep -q "can't be written: write: No space left on device" said
    done
    cp -r run bad
    sed -i '5s/"block"/"blok"/' bad/trials.jsonl # a journal that can't be read leaves what was there
    run "$CONTEND" export bad --output real
    [ "$status" -eq 1 ]
    [[ "$output" == *"bad/trials.jsonl:5:"* ]]
    cmp real want
    [ ! -e real.tmp ]
}

@test "each command that the page on exports shows works as it says" {
    measured runs_first
    mkdir runs && mv runs_first runs/today && cp -r runs/today runs/yesterday
    n=0 without=
    while read -r command; do
        needs=
        case $command in
        *compare.py*) [ -e /usr/share/benchmark/compare.py ] || needs=libbenchmark-tools ;;
        *prometheus_client*) /usr/bin/python3 -c 'import prometheus_client' 2>/dev/null || needs=python3-prometheus-client ;;
        *pandas*) /usr/bin/python3 -c 'import pandas' 2>/dev/null || needs=python3-pandas ;;
        Rscript*) command -v Rscript >/dev/null || needs=r-base-core ;;
        esac
        if [ -n "$needs" ]; then
            without+=" $needs"
            continue
        fi
        echo "$command" >&2
        PATH=$(dirname "$CONTEND"):/usr/bin:$PATH bash -euc "$command" >told </dev/null
        [ -s told ] || [[ "$command" == *--output* ]]
        n=$((n + 1))
    done < <(sed -n 's/^    //p' "$CONTEND_ROOT/results/EXPORT.md")
    [ "$n" -ge 5 ]
    for format in csv google-benchmark hyperfine openmetrics; do
        sed -n 's/^    //p' "$CONTEND_ROOT/results/EXPORT.md" | grep -q -- "--format $format"
    done
    [ -z "$without" ] || skip "some commands were not run, for want of packages:$without"
}

@test "the page on exports names each column of csv, and no other" {
    measured run
    for what in trials cells comparisons; do
        "$CONTEND" export run --what "$what" | head -n 1 | tr , '\n'
    done | sort -u >columns
    python 'import re
page = open(sys.argv[1], encoding="utf-8").read().split("## csv")[1].split("\n## ")[0]
rows = [l.split("|")[1] for l in page.splitlines() if l.startswith("| `")]
named = [n for l in rows for n in re.findall(r"`([^`]+)`", l)]
parts = {"PART": ["median", "lower", "upper"], "QUANTILE": ["p50", "p90", "p99", "p99_9", "p99_99"],
         "KIND": "load steal quota speed migration preemption pressure stopped".split(), "SIDE": ["a", "b"]}
all_named = set()
for n in named:
    found = [n]
    for mark, values in parts.items():
        found = [f.replace(mark, v) for f in found for v in (values if mark in f else [""])]
    all_named |= set(found)
columns = {l.strip() for l in open("columns")} - {"param_time_ns"} | {"param_NAME"}
columns = {c for c in columns if not re.fullmatch("param_[a-z].*", c)}
assert columns == all_named, (columns - all_named, all_named - columns)' "$CONTEND_ROOT/results/EXPORT.md"
}
