"""Where the tests of this process work: a folder and ports that no other process of tests uses.

pytest-xdist runs several processes side by side, and somebody may start another run meanwhile.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from functools import cache
from itertools import count
from pathlib import Path

from infra.local.state import ROOT, is_free

FOLDERS = ROOT / ".local" / "tests"
SHARES = 10
# below the range from which the kernel takes the ports of outgoing connections, and above what
# state folders choose from
_PORTS = range(30_000, 32_700)
_given: set[int] = set()


@cache
def number() -> int:
    """The first number that nobody has; ours until this process ends."""
    for found in count():
        path = _folder(found)
        path.mkdir(parents=True, exist_ok=True)
        lock = os.open(path / "lock", os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        return found
    raise AssertionError("numbers do not end")


def folder() -> Path:
    """Our state folder. What a run before has left in it is there still."""
    return _folder(number())


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses, given once."""
    ours = share(_PORTS)
    while True:
        port = secrets.choice(ours)
        if port not in _given and is_free(port):
            _given.add(port)
            return port


def share(ports: range) -> range:
    """Our part of some ports."""
    size = len(ports) // SHARES
    start = ports.start + number() % SHARES * size
    return range(start, start + size)


def _folder(found: int) -> Path:
    return FOLDERS / str(found)
