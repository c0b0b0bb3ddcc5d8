"""Seeding: what was copied is taken into sums and sites while others go on copying."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from infra.kota.databases import session
from infra.kota.operator import OPERATOR
from services.chassis.call import Call
from services.chassis.database import Session
from services.chassis.unit_of_work import UnitOfWork
from services.reports import sum_repository
from services.reports.catalogue import Catalogue
from services.reports.incidents import history_repository
from services.reports.sites import keeping as sites

# begun when so many came, since many share a sum; and so many lines at a time
_ENOUGH, _SUMMED = 100_000, 250_000
# so many are taken into sites at a time, each of which is reckoned once
_TAKEN_IN = 20_000


class Summing:
    """Adds up in a thread of its own, one time after the other."""

    def __init__(self, thread: ThreadPoolExecutor, opened: Session, city: Catalogue) -> None:
        self._thread, self._opened, self._city = thread, opened, city
        self._new = 0
        self._running: Future[None] | None = None

    def came(self, count: int) -> None:
        """So many more reports are there. Raises what went wrong since the last time."""
        self._new += count
        is_idle = self._running is None or self._running.done()
        if self._new >= _ENOUGH and is_idle:
            self.finish()
            self._running = self._thread.submit(_add_up, self._opened, self._city)
            self._new = 0

    def finish(self) -> None:
        """Wait for what has begun. Raises what went wrong."""
        if self._running is not None:
            self._running.result()


@contextmanager
def summing(city: Catalogue) -> Iterator[Summing]:
    """Sums of whatever comes; at the end all is in them. Meanwhile services add nothing up: in
    their small portions it would be far more work."""
    with session("reports", owner=True, patient=True) as opened:
        sum_repository.hold(opened)
        with ThreadPoolExecutor(1) as thread:
            beside = Summing(thread, opened, city)
            yield beside
            beside.finish()
        _add_up(opened, city)


def note_sites(opened: Session, city: Catalogue) -> None:
    """Let the database know which categories lie on sites."""
    work = UnitOfWork(opened)
    sites.note_categories(work, city)
    work.commit()


def _add_up(opened: Session, city: Catalogue) -> None:
    """What a running service would do soon, and does if it is at it already."""
    _sum_up(opened, city.city.timezone.key)
    _take_in(opened, city)


def _sum_up(opened: Session, zone: str) -> None:
    more = True
    while more:
        work = UnitOfWork(opened)
        more = sum_repository.fold(work, zone, _SUMMED)
        more |= history_repository.fold(work, _SUMMED)
        work.commit()


def _take_in(opened: Session, city: Catalogue) -> None:
    more = True
    while more:
        work = UnitOfWork(opened, call=Call(OPERATOR))
        more = sites.take_in(work, city, _TAKEN_IN)
        work.commit()
