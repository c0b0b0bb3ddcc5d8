"""Work that would hold up everybody else goes to real threads, through a short queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, ParamSpec, TypeVar

import eventlet
from eventlet import tpool
from eventlet.semaphore import Semaphore

from services.chassis.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")
Outcome = tuple[Any, Exception | None]


class Offload:
    """Runs slow functions (hashing, images) in at most `threads` threads at once.

    queue: how many may wait for a thread; one more is told to come back later. Make it when the
    module is loaded: eventlet's pool is started by the first call and keeps its size.
    """

    _threads_of_all: ClassVar[int] = 0

    def __init__(self, *, threads: int = 2, queue: int = 32) -> None:
        # not EVENTLET_THREADPOOL_SIZE (20): each thread that ever hashed keeps its 19 MiB, which
        # measured 355 MB against 101 MB; and 0 would hash in the hub and stall it
        Offload._threads_of_all += threads
        tpool.set_num_threads(Offload._threads_of_all)
        self._free = Semaphore(threads)
        self._most = threads + queue
        self._present = 0

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `function(*args)`. Raises Unavailable if the queue is full.

        A caller that gives up while it waits starts nothing; one that gives up later leaves its
        thread taken until the function has ended.
        """
        if self._present >= self._most:
            raise Unavailable()
        self._present += 1
        try:
            self._free.acquire()
        except BaseException:
            self._present -= 1
            raise
        value, error = eventlet.spawn(self._in_thread, function, args, kwargs).wait()
        if error is not None:
            raise error
        result: T = value
        return result

    def _in_thread(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Outcome:
        try:
            outcome: Outcome = tpool.execute(_outcome, function, args, kwargs)
            return outcome
        finally:
            self._free.release()
            self._present -= 1


def _outcome(function: Callable[..., Any], args: Any, kwargs: Any) -> Outcome:
    # an error is handed over as a value: maybe nobody waits for it any more
    try:
        return function(*args, **kwargs), None
    except Exception as error:
        return None, error
