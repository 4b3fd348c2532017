# SPDX-License-Identifier: MIT
"""What Python offers for the same thing: multiprocessing.Pool.map and threads. Called as `python_peer.py WHAT WORKERS
TASKS` (WHAT: pool, compute or sleep); runs the tasks after the workers are up, and prints {"units", "wall_ns"}.
WORKERS 0 is a plain loop."""
import json
import multiprocessing
import sys
import threading
import time


def empty(i):
    return i


def compute(_):
    x = 0
    for i in range(2000):
        x += i & 7
    return x


def sleep(_):
    time.sleep(0.001)


def pool(workers, tasks):
    with multiprocessing.Pool(workers) as p:
        p.map(empty, range(64 * workers), chunksize=1)
        began = time.monotonic_ns()
        done = len(p.map(empty, range(tasks), chunksize=1))
        return done, time.monotonic_ns() - began


def in_threads(fn, workers, tasks):
    """Workers take tasks from one iterator: next() on it is atomic under the interpreter lock."""
    todo, done = iter(range(tasks)), [0] * max(workers, 1)
    gate = threading.Barrier(workers + 1)

    def body(me):
        if workers:
            gate.wait()
        for i in todo:
            fn(i)
            done[me] += 1

    threads = [threading.Thread(target=body, args=(i,)) for i in range(workers)]
    for t in threads:
        t.start()
    gate.wait()
    began = time.monotonic_ns()
    if not workers:
        body(0)
    for t in threads:
        t.join()
    return sum(done), time.monotonic_ns() - began


def main():
    what, workers, tasks = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if what == "pool":
        units, ns = pool(workers, tasks)
    else:
        units, ns = in_threads({"compute": compute, "sleep": sleep}[what], workers, tasks)
    print(json.dumps({"units": units, "wall_ns": ns}))


if __name__ == "__main__":
    main()
