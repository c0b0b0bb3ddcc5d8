"""Open data: every night all public reports as files, whoever is there to make them.

A process claims a day and renews its claim with every page of reports that it reads. One that dies
loses it after a while, and another begins anew; one that only slept finds that it lost it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from services.chassis.errors import NotFound
from services.chassis.files import FileStore
from services.chassis.ids import new_id
from services.chassis.unit_of_work import UnitOfWork
from services.reports import open_data_queries, open_data_repository
from services.reports.catalogue import Catalogue
from services.reports.open_data_files import COLUMNS, FORMS, Csv, GeoJson, Writing, completed

# when the city sleeps
HOUR = 1
# today's, and yesterday's for whoever is downloading them
KEPT_DAYS = 2
FOLDER = "open-data"
_BEFORE_ALL = "00000000-0000-0000-0000-000000000000"

OpenWork = Callable[[], AbstractContextManager[UnitOfWork]]


class Lost(Exception):
    """Another process has taken the work over."""


@dataclass(frozen=True)
class Maker:
    """Makes the files of a day. open_work: units of work, one for each page.

    store: where the files go. folder: where they grow until then.
    """

    open_work: OpenWork
    city: Catalogue
    store: FileStore
    day: date
    holder: str
    folder: Path

    def make(self) -> int:
        """How many reports are in them. Raises Lost, FilesAway, DatabaseAway."""
        files, reports = [], 0
        for form in FORMS:
            made, reports = self._file(form())
            files.append(made)
        with self.open_work() as work:
            if not open_data_repository.finish(work, self.day, self.holder, reports, files):
                raise Lost
            oldest = self.day - timedelta(days=KEPT_DAYS - 1)
            open_data_repository.forget_before(work, oldest)
            work.commit()
        self._sweep()
        return reports

    def _file(self, form: Csv | GeoJson) -> tuple[dict[str, Any], int]:
        writing, count = Writing(self.folder / form.name), 0
        with writing.opened() as add:
            add(form.begin())
            for page in self._pages():
                add(form.page(page, is_first=count == 0))
                count += len(page)
            add(form.end())
        suffix = form.name.partition(".")[2]
        key = f"{FOLDER}/{self.day}/{writing.sha256[:32]}.{suffix}.gz"
        self.store.put(key, writing.path, "application/gzip")
        stored = writing.path.stat().st_size
        writing.path.unlink()
        told = {"name": form.name, "media_type": form.media_type, "bytes": writing.bytes}
        return told | {"key": key, "stored": stored, "sha256": writing.sha256}, count

    def _pages(self) -> Iterator[list[dict[str, Any]]]:
        after = _BEFORE_ALL
        while True:
            with self.open_work() as work:
                if not open_data_repository.renew(work, self.day, self.holder):
                    raise Lost
                rows = open_data_queries.page(work, after)
                work.commit()
            if not rows:
                return
            after = rows[-1]["id"]
            yield [completed(row, self.city) for row in rows]

    def _sweep(self) -> None:
        with self.open_work() as work:
            days = open_data_queries.newest(work, KEPT_DAYS)
        kept = {file["key"] for day in days for file in day["files"]}
        self.store.delete(key for key in list(self.store.keys(FOLDER)) if key not in kept)


def day_due(now: datetime, city: Catalogue) -> date:
    """Of which day there should be files: today's, from one in the morning on."""
    local = city.local_time(now)
    return local.date() if local.hour >= HOUR else local.date() - timedelta(days=1)


def make_if_due(open_work: OpenWork, city: Catalogue, store: FileStore) -> int | None:
    """Make what is not there yet; None if it is, or somebody is at it. Raises as make_now does."""
    with open_work() as work:
        is_made = open_data_queries.is_made(work, day_due(work.clock.now(), city))
    return None if is_made else make_now(open_work, city, store)


def make_now(open_work: OpenWork, city: Catalogue, store: FileStore) -> int | None:
    """Make the files, also if there are some; how many reports are in them.

    None if somebody is at it. Raises Lost if it took so long that another one took over; FilesAway.
    """
    holder = new_id()
    with open_work() as work:
        day = day_due(work.clock.now(), city)
        if not open_data_repository.claim(work, day, holder):
            return None
        work.commit()
    with TemporaryDirectory(prefix="open-data-") as folder:
        return Maker(open_work, city, store, day, holder, Path(folder)).make()


def open_data(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """What there is to download. Raises NotFound before anything was made."""
    found = _newest(work)
    files = [file | {"path": f"/v1/open-data/{file['name']}"} for file in found["files"]]
    described = [
        {"name": name, "type": kind, "description": words.in_language(work.call.language)}
        for name, (kind, words) in COLUMNS.items()
    ]
    return found | {"day": str(found["day"]), "files": files, "fields": described}


def open_data_file(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Where a file is kept. Raises NotFound."""
    found = _newest(work)
    file = next((file for file in found["files"] if file["name"] == body["file"]), None)
    if file is None:
        raise NotFound()
    return dict(file) | {"day": str(found["day"])}


def _newest(work: UnitOfWork) -> dict[str, Any]:
    found = open_data_queries.newest(work)
    if not found:
        raise NotFound()
    return found[0]
