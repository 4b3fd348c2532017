# SPDX-License-Identifier: MIT
"""The two sides of a comparison: a trial of contend, run exactly as `contend run` runs it, and the programs beside it.
Each run returns a Result, or raises PeerError when the program fails."""
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
# rate: units a second, or a ratio of two such; checksum: None when the program has none; early: sleeps that were too
# short; cpu: ns of CPU time a unit, where it is known
Result = namedtuple("Result", "rate units checksum early cpu", defaults=(None, 0, None))


# For hangs alone, so it follows what the machine takes, as tests/steady measures it; where that is unknown, as a slow one.
HANG_S = 120 * max(1.0, float(os.environ.get("CONTEND_TEST_FACTOR") or 30))


class PeerError(Exception):
    pass


def measured(units, ns, *more):
    return Result(units / ns * 1e9, units, *more)


def output(argv, errors_too=False, env=()):
    """What the program printed: on standard output, and on standard error if asked for; `env`: more variables."""
    p = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=HANG_S, check=False,
                       env={**os.environ, **dict(env)})
    if p.returncode:
        raise PeerError(f"{' '.join(argv)}: exit code {p.returncode}: {p.stderr.strip()[-300:]}")
    return p.stdout + (p.stderr if errors_too else "")


def missing(program):
    """None, or which package has what is not installed."""
    packages = {"perf": "linux-perf", "taskset": "util-linux", "/usr/bin/python3": "python3", "stress-ng": "stress-ng",
                "openssl": "openssl", "wrk": "wrk", "strace": "strace"}
    return None if shutil.which(program) else f"skipped ({program} is not installed: apt package {packages[program]})"


class Contend:
    """The program under test, and the cells that it plans."""

    def __init__(self, program):
        self.program = program
        self.cells = {}
        self.workloads = None

    def lacks(self, workload):
        """None, or that there is no such workload."""
        if self.workloads is None:
            self.workloads = {w["name"] for w in json.loads(output([self.program, "list", "workloads", "--json"]))}
        return None if workload in self.workloads else f"skipped (contend has no workload {workload})"

    def cell(self, options, models, model):
        """The cell of `model` among those that `contend run OPTIONS --models MODELS` plans, with its calibrated units
        and how often they are timed. Planned together, since calibrating takes longest."""
        key = (*options, "--models", models)
        if key not in self.cells:
            with tempfile.TemporaryDirectory() as d:
                output([self.program, "run", *key, "--blocks", "1", "--quiet", "--out", d + "/run"])
                with open(d + "/run/trials.jsonl", encoding="utf-8") as f:
                    self.cells[key] = json.loads(f.readline())["cells"]
        cells = [c for c in self.cells[key] if c["model"] == model]
        if len(cells) != 1 or "planned_units" not in cells[0]:
            raise PeerError(f"{' '.join(key)} plans {len(cells)} cells of {model}, not one that can be run")
        return cells[0]

    def trial(self, cell):
        record = self.record(cell)
        return measured(record["units"], record["wall_ns"], record["checksum"], 0,
                        sum(record["cpu_ns"][k] for k in ("user", "system")) / record["units"])

    def record(self, cell, under=()):
        """The record of one trial in a fresh process, `under` another program if given: the cell on descriptor 3, the
        record on 4, what its keeper saw on 5 (see harness/trial/keeper.c)."""
        argv = [*under, self.program, "trial", str(time.monotonic_ns()), tempfile.gettempdir()]
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
        return record


def os_high(fd):
    """A copy of fd above the numbers that a trial's own descriptors have; fd is closed."""
    high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 16)
    os.close(fd)
    return high


def reference(program, cell, params):
    """A program of this directory, with the cell's units, tasks, concurrency and processing units."""
    r = json.loads(output([*program, str(cell["planned_units"]), str(cell["tasks"]), str(cell["concurrency"]),
                           ",".join(map(str, cell["placement"]["pus"])), *params]))
    return measured(r["units"], r["wall_ns"], r["checksum"], r["early"], r["cpu_ns"] / r["units"])


def perf_pipe(apart, pus, threads, loops):
    """perf bench sched pipe: one op is a round trip of 4 bytes each way. Its total has whole milliseconds, its time an
    op more. `apart` (apart.c, built) pins its sides to the first and the last of pus."""
    argv = ["perf", "bench", "sched", "pipe", "-l", str(loops)] + ["-T"] * threads
    text = output(argv, env={"LD_PRELOAD": apart, "PEER_APART": f"{pus[0]},{pus[-1]}"})
    us, = found(r"([0-9.]+) usecs/op", text, argv)
    return measured(loops, us * 1e3 * loops)


def found(pattern, text, argv):
    m = re.search(pattern, text)
    if not m:
        raise PeerError(f"{' '.join(argv)}: no {pattern} in: {text[-300:]}")
    return [float(g) for g in m.groups()]


def wrk(serve, pus, connections, seconds, params):
    """wrk with one thread on pus[0], the service of fetch on pus[1]. All its answers must be good ones."""
    with subprocess.Popen([serve, "fetch", str(pus[1]), *params], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as service:
        port = service.stdout.readline().strip()
        argv = ["taskset", "-c", str(pus[0]), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
                f"http://127.0.0.1:{port}/{7:020}"]
        text = output(argv)
        service.stdin.close()
    if "Non-2xx" in text or "Socket errors" in text:
        raise PeerError(f"{' '.join(argv)}: {text}")
    units, = found(r"(\d+) requests in", text, argv)
    rate, = found(r"Requests/sec: +([0-9.]+)", text, argv)
    return Result(rate, int(units))


def perf_syscall(pus, loops):
    """perf bench syscall basic: getppid, over and over."""
    argv = ["taskset", "-c", pus, "perf", "bench", "syscall", "basic", "-l", str(loops)]
    us, = found(r"([0-9.]+) usecs/op", output(argv), argv)
    return measured(loops, us * 1e3 * loops)


def perf_messaging(pus, threads):
    """perf bench sched messaging (hackbench): one group of 20 senders, each of which sends 500 messages to each of 20
    receivers through pipes."""
    loops = 500
    argv = ["taskset", "-c", pus, "perf", "bench", "sched", "messaging", "-p", "-g", "1", "-l", str(loops)]
    argv += ["-t"] * threads
    s, = found(r"Total time: ([0-9.]+) \[sec\]", output(argv), argv)
    return measured(20 * 20 * loops, s * 1e9)


def stress_stream(pus, seconds):
    """stress-ng --stream: bytes read and written by its copy, scale, add and triad, as it counts them, which takes 5 s;
    arrays of 128 MiB."""
    argv = ["taskset", "-c", pus, "stress-ng", "--stream", "1", "--stream-l3-size", "32m", "--timeout", str(seconds),
            "--metrics"]
    mb_s = sum(found(r"memory rate: ([0-9.]+) MB read/sec, ([0-9.]+) MB write/sec", output(argv, True), argv))
    return measured(mb_s * 1e6 * seconds, seconds * 1e9)


def openssl_sha256(pus, size, seconds):
    argv = ["taskset", "-c", pus, "openssl", "speed", "-mr", "-elapsed", "-seconds", str(seconds), "-bytes", str(size),
            "-evp", "sha256"]
    rate, = found(r"\+F:\d+:[^:]*:([0-9.]+)", output(argv), argv)
    return measured(rate * seconds, seconds * 1e9)


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


def rate_of(each, run):
    """A run that is told in what its units consist of: `each` in a unit."""
    def scaled():
        r = run()
        return Result(r.rate * each, r.units, r.checksum)
    return scaled
