# SPDX-License-Identifier: MIT
"""What is compared with what: the rows of the table, each with its two sides, its bar, and what it lacks when it can't
be run."""
from dataclasses import dataclass
from typing import Callable, Optional

from sides import (missing, openssl_sha256, perf_messaging, perf_pipe, perf_syscall, python, rate_of, reference,
                   speedup, stress_stream, wrk)

WITHIN = 0.02  # of 1: what counts as equal
LEAST_UNIT_NS = 10000  # shorter units are measured too, but not held to the bar
NULL_NS = 25
MODELS = {"null": "serial,threads,threads-each,threads-gil,processes,processes-pipe,processes-each",
          "primes": "serial,threads,threads-gil,processes", "sleep": "serial,threads,threads-gil,processes,async",
          "pingpong": "threads,processes,async", "stream": "serial", "syscall": "serial", "sha256": "serial",
          "switch": "threads,processes", "fetch": "async"}
DISPATCH = "threads,processes,processes-pipe"


@dataclass
class Row:
    kind: str  # a key of TITLES in run
    workload: str
    model: str
    beside: str
    harness: Callable
    other: Callable
    # what the ratio of throughputs must reach, or of kind "null" the ns a unit; None: nothing
    bar: Optional[float] = None
    most: Optional[float] = None  # what the harness' own rate must not exceed
    places: int = 1  # units under way at once
    lacks: Optional[str] = None
    # the ratio that a driver as good as now exceeds with room, and one half as good doesn't
    quick: Optional[float] = None


def text(workload, set_, in_flight, pus):
    where = "one unit" if len(pus) == 1 else "two units"
    return f"{workload}{' ' if set_ else ''}{set_}, {in_flight} in flight, {where}"


class Rows:
    """The rows on processing units `pus`: two, or one where no more are allowed."""

    def __init__(self, contend, build, pus, quick):
        self.contend, self.build, self.pus, self.quick = contend, build, pus, quick
        self.both = ",".join(map(str, pus))
        self.one = str(pus[0])
        self.apart = build + "/tests/peers/peer_apart.so"
        self.alone = None if len(pus) > 1 else "skipped (one processing unit is allowed; two are needed)"
        self.rows = []

    def cell(self, workload, model, in_flight, pus, set_="", more=(), models=None):
        options = ["--workload", workload, "--concurrency", str(in_flight)]
        options += ["--workers", str(len(pus)), "--pus", ",".join(map(str, pus))] if pus else ["--order", "none"]
        for p in set_.split():
            options += ["--set", p]
        return self.contend.cell(options + (list(more) or ["--trial", "15ms" if self.quick else "60ms"]),
                                 models or MODELS[workload], model)

    def trial(self, *cell, **more):
        return lambda: self.contend.trial(self.cell(*cell, **more))

    def place(self, pus):
        return self.alone if len(pus) == 2 or pus is self.pus else None

    def add_reference(self, workload, set_, model, program, in_flight, pus, params, **row):
        # sleep is calibrated on serial, so its trial would be shorter by as much as there is in flight
        rounds = 16 if self.quick else 64
        more = ["--units", str(rounds * in_flight), "--tasks", str(4 * in_flight)] if workload == "sleep" else []
        if self.quick and len(pus) == 2 and workload == "primes":
            more = ["--trial", "60ms"]  # else one late start of one worker, where others run, would be much of it
        name, *how = program.split()
        argv = [f"{self.build}/tests/peers/peer_{name}", *how]

        def plan():
            return self.cell(workload, model, in_flight, pus, set_, more)
        row = {"bar": 1 - WITHIN, "quick": 0.65, **row}
        self.rows.append(Row("reference", text(workload, set_, in_flight, pus), model, program,
                             lambda: self.contend.trial(plan()), lambda: reference(argv, plan(), params),
                             lacks=self.place(pus), **row))

    def references(self):
        one, two = self.pus[:1], self.pus
        for how in ("threads", "processes"):
            for limit in ("50000", "200000"):
                self.add_reference("primes", "limit=" + limit, how, "compute " + how, 2, two, ["primes", limit],
                                   places=2, quick=0.65 if limit == "50000" else None)
            self.add_reference("sleep", "time=1ms", how, "sleep_blocking " + how, 16, two, ["1000000"], places=16)
        for program in ("sleep_epoll", "sleep_uv"):
            self.add_reference("sleep", "time=1ms", "async", program, 64, one, ["1000000"], places=64)
        for transport in ("pipe", "socketpair", "tcp"):
            for size, quick in (("64B", 0.65), ("64KiB", None)):  # a driver's cost shows in small messages
                params = [transport, {"64B": "64", "64KiB": "65536"}[size]]
                set_ = f"transport={transport} size={size}"
                for how in ("threads", "processes"):
                    for pus in (one, two):
                        self.add_reference("pingpong", set_, how, "pingpong_blocking " + how, 2, pus, params,
                                           quick=quick)
                for program in ("pingpong_epoll", "pingpong_uv"):
                    self.add_reference("pingpong", set_, "async", program, 2, one, params, quick=quick and 0.55)

    def null(self):
        """What the harness costs: an empty unit, beside the same one in a loop by hand."""
        one = self.pus[:1]
        for model in MODELS["null"].split(","):
            peer = "processes" if "processes" in model else "threads"

            def plan(model=model):
                return self.cell("null", model, 1, one)
            argv = [f"{self.build}/tests/peers/peer_compute", peer]
            quick = {"threads-gil": 0.35, "threads-each": None, "processes-each": None}.get(model, 0.5)
            self.rows.append(Row("null", text("null", "", 1, one), model, "compute " + peer,
                                 self.trial("null", model, 1, one),
                                 lambda plan=plan, argv=argv: reference(argv, plan(), ["null", "0"]), bar=NULL_NS,
                                 quick=quick))

    def perf(self):
        """Both sides are pinned alike: to one unit, or to one each."""
        loops = 3000 if self.quick else 20000
        for model, threads in (("processes", False), ("threads", True)):
            more = "transport=pipe size=16B", ("--units", str(loops), "--tasks", "2")
            for pus, quick in ((self.pus[:1], 0.65), (self.pus, None)):
                self.rows.append(Row(
                    "perf", text("pingpong", "transport=pipe size=16B", 2, pus), model,
                    "perf bench sched pipe" + " -T" * threads,
                    self.trial("pingpong", model, 2, pus, *more),
                    lambda threads=threads, pus=pus: perf_pipe(self.apart, pus, threads, loops),
                    bar=1 - WITHIN, lacks=missing("perf") or self.place(pus), quick=quick))

    def wrk(self):
        """Both sides ask a service of the same code on the second unit from the first, for a second."""
        serve, lacks = self.build + "/tests/peers/peer_serve", missing("wrk") or missing("taskset") or self.alone
        for in_flight, size in ((16, 64), (64, 64), (64, 16384)):
            self.rows.append(Row(
                "wrk", text("fetch", f"size={size}B", in_flight, self.pus[:1]), "async", "wrk -t1",
                self.trial("fetch", "async", in_flight, self.pus[:1], f"size={size}B",
                           ("--mode", "closed", "--duration", "1s")),
                lambda in_flight=in_flight, size=size: wrk(serve, self.pus, in_flight, 1, ["size", str(size)]),
                bar=1 - WITHIN, lacks=lacks))

    def dispatch(self):
        """Tasks of one empty unit each: what giving out and counting a task costs."""
        for model, bar, quick in (("processes-pipe", 20, 15), ("processes", 100, 75), ("threads", 100, 75)):
            n = str((30000 if model == "processes-pipe" else 200000) if self.quick else 500000)
            self.rows.append(Row(
                "dispatch", "null, one unit a task, 2 workers", model, "multiprocessing.Pool(2).map(chunksize=1)",
                self.trial("null", model, 2, self.pus, more=("--units", n, "--tasks", n), models=DISPATCH),
                lambda: python(self.both, "pool", 2, 1000 if self.quick else 4000), bar=bar, quick=quick,
                lacks=missing("/usr/bin/python3") or missing("taskset")))

    def gil(self):
        lacks = missing("/usr/bin/python3") or missing("taskset") or self.alone
        for workload, set_, what, n, tasks, bars in (
                ("primes", "limit=200000", "compute", 2, 1000, {"most": 1 + WITHIN}),
                ("sleep", "time=1ms", "sleep", 16, 500, {"bar": 1 - WITHIN})):
            tasks = tasks // 10 if self.quick else tasks

            def over_serial(model, cell=(n, self.pus, set_), workload=workload):
                def run():
                    mine, alone = (self.cell(workload, m, *cell) for m in (model, "serial"))
                    # the same tasks of the same units
                    alone = {**alone, "planned_units": mine["planned_units"], "tasks": mine["tasks"]}
                    return speedup(lambda: self.contend.trial(mine), lambda: self.contend.trial(alone))
                return run

            def theirs(what=what, n=n, tasks=tasks):
                return speedup(lambda: python(self.both, what, n, tasks), lambda: python(self.both, what, 0, tasks))
            name = text(workload, set_, n, self.pus)
            self.rows.append(Row("gil", name, "threads-gil", "CPython's threads", over_serial("threads-gil"), theirs,
                                 lacks=lacks, quick=0.65 if what == "sleep" else None, **bars))
            if what == "sleep":
                self.rows.append(Row("gil", name, "threads-gil", "threads of contend", over_serial("threads-gil"),
                                     over_serial("threads"), lacks=self.alone, **bars))

    def catalogue(self):
        """Workloads that a public program measures too, in a common quantity; they need not do exactly the same."""
        both, one, apart = self.both, self.one, self.apart
        for workload, set_, model, pus, factor, program, beside, other in (
                ("stream", "size=128MiB", "serial", one, 3 << 18, "stress-ng", "stress-ng --stream (bytes)",
                 lambda: stress_stream(one, 8)),
                ("syscall", "calls=1000", "serial", one, 1000, "perf", "perf bench syscall basic (calls)",
                 lambda: perf_syscall(one, 1000000)),
                ("switch", "ring=2", "processes", one, 2, "perf", "perf bench sched pipe (switches)",
                 lambda: rate_of(2, lambda: perf_pipe(apart, self.pus[:1], False, 20000))()),
                ("switch", "ring=2", "processes", both, 2, "perf", "perf bench sched messaging (messages)",
                 lambda: perf_messaging(both, False)),
                ("switch", "ring=2", "threads", both, 2, "perf", "perf bench sched messaging -t (messages)",
                 lambda: perf_messaging(both, True)),
                ("sha256", "size=16KiB", "serial", one, 16384, "openssl", "openssl speed -evp sha256 (bytes)",
                 lambda: openssl_sha256(one, 16384, 1))):
            cpus = self.pus if pus == both else self.pus[:1]
            in_flight = 1 if model == "serial" else 2
            self.rows.append(Row("catalogue", text(workload, set_, in_flight, cpus), model, beside,
                                 rate_of(factor, self.trial(workload, model, in_flight, cpus, set_)), other,
                                 lacks=self.contend.lacks(workload) or missing(program) or missing("taskset")))

    def all(self):
        for part in (self.references, self.null, self.perf, self.wrk, self.dispatch, self.gil, self.catalogue):
            part()
        return [r for r in self.rows if not self.quick or r.quick is not None or r.most]
