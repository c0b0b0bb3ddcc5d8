"""A process whose clock is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.stack import Stack
from tests.reliability.chaos.faults.processes import Extra, instead
from tests.reliability.chaos.world import Impossible

PLACES = ("/usr/lib", "/usr/local/lib", "/usr/lib64")
NAME = "libfaketime.so.1"


@contextmanager
def wrong_clock(stack: Stack, service: str, offset: str) -> Iterator[Extra]:
    """A service whose every look at the time of day is off meanwhile, in C and in Python.

    offset: such as `+1h`. Raises Impossible where libfaketime is not installed.
    """
    with instead(stack, service, LD_PRELOAD=str(_library()), FAKETIME=offset) as extra:
        yield extra


def _library() -> Path:
    found = (path for place in PLACES for path in Path(place).glob(f"**/faketime/{NAME}"))
    library = next(found, None)
    if library is None:
        raise Impossible("moving a process' clock needs libfaketime: apt-get install faketime")
    return library
