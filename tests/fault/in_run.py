#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Waits until a run's trial is in the midst of its units: in_run.py RUN N WCHAN... [--after FILE]

Prints the pids of the processes below RUN, parents before their children, as soon as N of their threads sleep in one of the
kernel functions WCHAN, and FILE exists. One process that reads /proc: a shell with ps takes longer than the units on a slow
machine. Exits with 1 when RUN ends before that was seen.
"""
import os
import sys
import time


def read(path):
    try:
        with open(path) as f:
            return f.read()
    except OSError:
        return ""


def tasks(pid):
    try:
        return os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []


def descendants(pid):
    found = []
    for task in tasks(pid):
        for child in map(int, read(f"/proc/{pid}/task/{task}/children").split()):
            found += [child] + descendants(child)
    return found


def ended(pid):
    stat = read(f"/proc/{pid}/stat")
    return not stat or stat.rpartition(")")[2].split()[0] == "Z"


def main():
    words = sys.argv[1:]
    after = None
    if "--after" in words:
        after = words[words.index("--after") + 1]
        words = words[: words.index("--after")]
    run, wanted, places = int(words[0]), int(words[1]), words[2:]
    while not ended(run):
        if after is None or os.path.exists(after):
            tree = descendants(run)
            waits = [read(f"/proc/{p}/task/{t}/wchan") for p in tree for t in tasks(p)]
            if sum(any(place in w for place in places) for w in waits) == wanted:
                print(*tree)
                return 0
        time.sleep(0.01)
    return 1


sys.exit(main())
