"""Processes of a stack that outlived their supervisord, for instance because it was killed.

All processes of a stack inherit a variable that names its state folder. By that alone a process is
found and ended, so it is never one of somebody else, nor of another stack.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from infra.local.state import State

MARK = "KOTA_STACK"
# what an operator tells us and no service may know
_OURS_ALONE = frozenset(("POSTGRES_ADMIN_URL", "RABBITMQ_MANAGEMENT_URL"))
_POLITE_SECONDS = 30.0
_KILL_SECONDS = 5.0
_PROC = Path("/proc")


def marked(state: State, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """An environment for supervisord in which all its processes bear the mark of this state."""
    kept = {name: value for name, value in environment.items() if name not in _OURS_ALONE}
    return kept | {MARK: str(state.folder.resolve())}


def find(state: State) -> list[str]:
    """The names of all processes of this state that live."""
    with _held(state) as found:
        return sorted(one.name for one in found)


def end(state: State) -> list[str]:
    """End all processes of this state; return their names.

    A supervisord first, for it would bring the others back; servers last, for the others use
    them. Who does not end when asked is killed.
    """
    return [
        *_end(state, lambda one: one.name == "infra.local.supervisord"),
        *_end(state, lambda one: one.name == "nameko"),
        *_end(state, lambda one: True),
    ]


@dataclass(frozen=True)
class _Process:
    """name: what it runs. handle: a descriptor that stays with this very process."""

    pid: int
    name: str
    mark: str
    handle: int

    def lives(self) -> bool:
        return _mark(self.pid) == self.mark

    def send(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, number)

    def ask_to_end(self) -> None:
        # on SIGTERM PostgreSQL waits until its clients go by themselves
        self.send(signal.SIGINT if self.name == "postgres" else signal.SIGTERM)


def _end(state: State, chosen: Callable[[_Process], bool]) -> list[str]:
    with _held(state) as found:
        ours = [one for one in found if chosen(one)]
        for one in ours:
            one.ask_to_end()
        for one in _those_alive_after(ours, _POLITE_SECONDS):
            one.send(signal.SIGKILL)
        _those_alive_after(ours, _KILL_SECONDS)
    return [one.name for one in ours]


def _those_alive_after(processes: list[_Process], seconds: float) -> list[_Process]:
    """Wait until all have ended, at most so long."""
    until = time.monotonic() + seconds
    while (alive := [one for one in processes if one.lives()]) and time.monotonic() < until:
        time.sleep(0.05)
    return alive


@contextmanager
def _held(state: State) -> Iterator[list[_Process]]:
    found: list[_Process] = []
    try:
        mark = str(state.folder.resolve())
        for pid in _pids(mark):
            with suppress(OSError):
                found.append(_Process(pid, _name(pid), mark, os.pidfd_open(pid)))
        # the number may have gone to another process before we held it
        yield [one for one in found if one.lives()]
    finally:
        for one in found:
            os.close(one.handle)


def _pids(mark: str) -> list[int]:
    family = _ourselves_and_above()
    everybody = (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())
    return [pid for pid in everybody if pid not in family and _mark(pid) == mark]


def _mark(pid: int) -> str | None:
    """The mark that a process bears; None if it has none or is not for us to see."""
    try:
        # in a container the same path is another folder
        if (_PROC / str(pid) / "ns/mnt").readlink() != (_PROC / "self/ns/mnt").readlink():
            return None
        environment = (_PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return None
    prefix = f"{MARK}=".encode()
    marks = (entry for entry in environment.split(b"\0") if entry.startswith(prefix))
    return next((os.fsdecode(entry.removeprefix(prefix)) for entry in marks), None)


def _name(pid: int) -> str:
    """The program; of a Python interpreter, the script or module that it runs."""
    words = os.fsdecode((_PROC / str(pid) / "cmdline").read_bytes()).split("\0")
    if Path(words[0]).name.startswith("python") and len(words) > 2:
        return words[2] if words[1] == "-m" else Path(words[1]).name
    return Path(words[0]).name


def _ourselves_and_above() -> set[int]:
    family, pid = set[int](), os.getpid()
    while pid > 0 and pid not in family:
        family.add(pid)
        status = (_PROC / str(pid) / "status").read_text()
        pid = next(int(x.split()[1]) for x in status.splitlines() if x.startswith("PPid:"))
    return family
