# SPDX-License-Identifier: MIT
"""The two sides of a comparison: a trial of contend, run exactly as `contend run` runs it, and the programs beside it. Each run
returns a Result, or raises PeerError when the program fails."""
import fcntl
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections import namedtuple

HERE = os.path.dirname(os.path.abspath(__file__))
# rate: units a second, or a ratio of two such; checksum: None when the program has none; early: sleeps that were too short
Result = namedtuple("Result", "rate units checksum early", defaults=(None, 0))


class PeerError(Exception):
    pass


def measured(units, ns, *more):
    return Result(units / ns * 1e9, units, *more)


def output(argv, **more):
    p = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False, **more)
    if p.returncode:
        raise PeerError(f"{' '.join(argv)}: exit code {p.returncode}: {p.stderr.strip()[-300:]}")
    return p.stdout


def missing(program):
    """None, or which package has what is not installed."""
    packages = {"perf": "linux-perf", "taskset": "util-linux", "/usr/bin/python3": "python3",
                "openssl": "openssl", "stress-ng": "stress-ng"}
    return None if shutil.which(program) else f"unavailable (not installed: apt package {packages[program]})"


class Contend:
    """The program under test, and the cells that it plans."""

    def __init__(self, program):
        self.program = program
        self.cells = {}

    def cell(self, options):
        """The one cell that `contend run OPTIONS` plans, with its calibrated units and how often they are timed."""
        key = tuple(options)
        if key not in self.cells:
            with tempfile.TemporaryDirectory() as d:
                output([self.program, "run", *options, "--blocks", "1", "--quiet", "--out", d + "/run"])
                with open(d + "/run/trials.jsonl", encoding="utf-8") as f:
                    plan = json.loads(f.readline())
            if len(plan["cells"]) != 1 or plan["runnable"] != 1:
                raise PeerError(f"{options} plan {len(plan['cells'])} cells, not one")
            self.cells[key] = plan["cells"][0]
        return self.cells[key]

    def trial(self, cell, taskset=None):
        """One trial in a fresh process: the cell on descriptor 3, the record on 4, what its keeper saw on 5 (see
        harness/trial/keeper.c)."""
        argv = [self.program, "trial", str(time.monotonic_ns()), tempfile.gettempdir()]
        if taskset:
            argv = ["taskset", "-c", taskset, *argv]
        pipes = [[os_high(fd) for fd in os.pipe()] for _ in range(3)]
        (cell_r, cell_w), (record_r, record_w), (status_r, status_w) = pipes
        pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=[
            (os.POSIX_SPAWN_DUP2, cell_r, 3), (os.POSIX_SPAWN_DUP2, record_w, 4), (os.POSIX_SPAWN_DUP2, status_w, 5)])
        for fd in (cell_r, record_w, status_w):
            os.close(fd)
        with os.fdopen(cell_w, "w", encoding="utf-8") as f:
            json.dump(cell, f)
        with os.fdopen(record_r, encoding="utf-8") as f, os.fdopen(status_r, "rb") as status:
            text = f.read()
            status.read()
        os.waitpid(pid, 0)
        record = json.loads(text) if text else {"status": "failed", "reason": "no record"}
        if record["status"] != "ok" or record["checksum"] != record["expected"]:
            raise PeerError(f"{cell['id']}: {record['status']}: {record['reason']}")
        return measured(record["units"], record["wall_ns"], record["checksum"])


def os_high(fd):
    """A copy of fd above the numbers that a trial's own descriptors have; fd is closed."""
    high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 16)
    os.close(fd)
    return high


def reference(program, cell, params):
    """A program of this directory, with the cell's units, tasks, concurrency and processing units."""
    r = json.loads(output([*program, str(cell["planned_units"]), str(cell["tasks"]), str(cell["concurrency"]),
                           ",".join(map(str, cell["placement"]["pus"])), *params]))
    return measured(r["units"], r["wall_ns"], r["checksum"], r["early"])


def perf_pipe(pus, threads, loops):
    """perf bench sched pipe: one op is a round trip of 4 bytes each way. Its total has whole milliseconds, its time an op more."""
    argv = ["taskset", "-c", pus, "perf", "bench", "sched", "pipe", "-l", str(loops)] + ["-T"] * threads
    text = output(argv)
    us = re.search(r"([0-9.]+) usecs/op", text)
    if not us:
        raise PeerError(f"{' '.join(argv)}: no time an op in: {text}")
    return measured(loops, float(us[1]) * 1e3 * loops)


def openssl_sha256(pus, size, seconds=1):
    """openssl speed over one message again and again, by wall time as everything here."""
    argv = ["taskset", "-c", pus, "openssl", "speed", "-mr", "-elapsed", "-bytes", str(size), "-seconds", str(seconds), "-evp", "sha256"]
    text = output(argv)
    rate = re.search(r"^\+F:\d+:sha256:([0-9.]+)", text, re.MULTILINE)
    if not rate:
        raise PeerError(f"{' '.join(argv)}: no rate in: {text}")
    return Result(float(rate[1]) / size, round(float(rate[1]) / size * seconds))


def stress_stream(pus, workers, cache_mib, seconds):
    """stress-ng's stream, of which triad is a fourth, over arrays of 4 times cache_mib; bytes read and written a second, in units of
    contend's (256 KiB of each of three arrays)."""
    argv = ["taskset", "-c", pus, "stress-ng", "--stream", str(workers), "--stream-l3-size", f"{cache_mib}M", "-t", str(seconds)]
    p = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    rates = re.findall(r"memory rate: ([0-9.]+) MB read/sec, ([0-9.]+) MB write/sec", p.stdout + p.stderr)
    if p.returncode or len(rates) != workers:
        raise PeerError(f"{' '.join(argv)}: exit code {p.returncode}, {len(rates)} rates: {(p.stdout + p.stderr)[-300:]}")
    rate = sum(float(r) + float(w) for r, w in rates) / 0.75
    return Result(rate, round(rate * seconds))


def python(pus, what, workers, tasks):
    argv = ["taskset", "-c", pus, "/usr/bin/python3", HERE + "/python_peer.py", what, str(workers), str(tasks)]
    r = json.loads(output(argv))
    if r["units"] != tasks:
        raise PeerError(f"{' '.join(argv)}: did {r['units']} of {tasks} tasks")
    return measured(r["units"], r["wall_ns"])


def speedup(of, over):
    """The rate of one side against that of another, run one after the other."""
    a, b = of(), over()
    return Result(a.rate / b.rate, a.units, a.checksum)
