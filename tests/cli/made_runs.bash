# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Runs whose truth is made by hand, for tests of compare: one that was measured, briefly, and whose journal is then edited.

# small OUT [MODELS]: a run of two cells in 3 visits of 2 blocks, 10 s apart; told to be by a release build so that a
# sanitizer's tests go the same way, on a machine whose speed was steady and that did nothing else.
small() {
    "$CONTEND" run --workload sleep --set time=1ms --units 8 --tasks 4 --models "${2:-serial,async}" --concurrency 4 \
        --blocks 6 --visits 3 --pause 0s --quiet --out "$1" >/dev/null
    edit "$1" 'build("type", "Release"); build("sanitize", "none"); build("flags", "-O2"); canaries(); load(0); at(0)'
}

# Python with the run's journal as `lines` and its environment as `env`, both written back.
edit() { # DIR CODE
    /usr/bin/python3 - "$@" <<'P'
import datetime, json, os, random, sys
path, code = sys.argv[1:]
journal = path + "/trials.jsonl"
lines = [json.loads(line) for line in open(journal)]
env = json.load(open(path + "/environment.json")) if os.path.exists(path + "/environment.json") else None
def build(name, value):
    for when in "start", "end":
        if env[when]:
            env[when]["build." + name]["value"] = value
def fact(name, value):
    env["start"][name] = {"value": value, "source": "the test", "status": "ok"}
def canaries(spread=0.001, of=1.0, kinds=None):
    """Those of these kinds take the same time but for a little noise, `of` times as long as they would."""
    noise = random.Random(path)
    for t in lines[1:]:
        for kind, both in t["canaries"].items():
            for k in "before_ns", "after_ns":
                ns = int(3e5 * (of if not kinds or kind in kinds else 1) * (1 + spread * noise.uniform(-1, 1)))
                both[k] = ns
                if kind == "chain":
                    t["canary_" + k] = ns
def times(model, spread=0.004, of=1.0):
    """Every trial of the model takes the same time but for a little noise, `of` times as long as it would."""
    noise = random.Random(path + model)
    for t in lines[1:]:
        if t["model"] == model:
            t["wall_ns"] = int(2e6 * of * (1 + spread * noise.uniform(-1, 1)))
            t["throughput"] = t["units"] / t["wall_ns"] * 1e9
def load(cpus, waited=0):
    """Other processes used so many CPUs, and workers waited for theirs for this share of the run."""
    for t in lines[1:]:
        t["queue_wait_ns"] = int(waited * t["wall_ns"])
        t.pop("queue_wait_ns_unavailable", None)
        t["foreign_cpu_ns"] = int(cpus * (t["startup_ns"] + t["wall_ns"] + t["teardown_ns"]))
        t.pop("foreign_cpu_ns_unavailable", None)
def at(start_s, apart_s=10):
    """The run begins so late, and its visits so far apart; a block takes a second."""
    for t in lines[1:]:
        visit = t["block"] * lines[0]["visits"] // lines[0]["blocks"]
        s = start_s + apart_s * visit + t["block"] + 0.01 * t["position"]
        when = datetime.datetime(2026, 1, 1) + datetime.timedelta(seconds=s)
        t["started"] = when.isoformat(timespec="microseconds") + "Z"
exec(code)
with open(journal, "w") as f:
    f.writelines(json.dumps(line) + "\n" for line in lines)
if env:
    json.dump(env, open(path + "/environment.json", "w"))
P
}

known() { # DIR FACTOR: both cells' times are made, async's FACTOR times as long
    edit "$1" "times('serial'); times('async', of=$2)"
}

again() { # DIR: the run "one" once more, a minute later
    cp -r one "$1" && edit "$1" 'at(60)'
}

plain() { # DIR...: as if it were measured without visits
    local each
    for each in "$@"; do
        edit "$each" 'lines[0]["visits"] = 1'
    done
}

verdict() { # FILE MODEL
    /usr/bin/python3 -c 'import json, sys
print([c["verdict"] for c in json.load(open(sys.argv[1]))["cells"] if c["model"] == sys.argv[2]][0])' "$@"
}

json() { # FILE PYTHON: the document as `d`, its cells by model as `c`
    /usr/bin/python3 -c 'import json, re, sys
d = json.load(open(sys.argv[1]))
c = {x["model"]: x for x in d["cells"]}
exec(sys.argv[2])' "$@"
}
