# SPDX-License-Identifier: MIT
"""A /dev/shm that this process and its children have alone, so that what is found in it is theirs: other tests use the real one."""
import ctypes, os, subprocess

CLONE_NEWNS = 0x00020000  # <linux/sched.h>


def make_own():
    """True if it could be made: that needs root. Mounts of this process are its own from then on."""
    if not os.path.isdir("/dev/shm") or ctypes.CDLL(None).unshare(CLONE_NEWNS) != 0:
        return False
    for args in (["--make-rprivate", "/"], ["-t", "tmpfs", "tmpfs", "/dev/shm"]):
        if subprocess.run(["mount", *args], stderr=subprocess.DEVNULL).returncode != 0:
            return False
    return True


def take():
    """The names of what is in it, sorted; it is empty then."""
    names = sorted(os.listdir("/dev/shm"))
    subprocess.run(["rm", "-rf", "--", *names], cwd="/dev/shm", check=True)
    return names
