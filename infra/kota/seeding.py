"""Seeding: batches are made and copied by processes of their own, each in one transaction.

The audit row of a batch says that it is there: whoever goes on after an interruption reads it.
"""

from __future__ import annotations

import gc
import hashlib
import io
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import psycopg2
from PIL import Image, ImageDraw

from infra.kota.databases import session
from infra.kota.deployment import Deployment
from infra.kota.operator import OPERATOR
from infra.kota.seeding_sums import note_sites, summing
from services.chassis import audit
from services.chassis.call import Call
from services.chassis.capabilities import UploadedPhoto, hour_of
from services.chassis.database import Session
from services.chassis.files import FileStore, open_store
from services.reports import seeding_repository
from services.reports.catalogue import Catalogue
from services.reports.seeding import Seeder, Span

BATCH = 5_000
PROCESSES = 2
# batches that wait for a process, so that none of them waits for us
_AHEAD = 2 * PROCESSES
_LARGEST_SERIAL = 9_999_999
_LOCK = 0x73656564
_SIZE = (640, 480)
_DONE = """
SELECT subject, purpose FROM chassis.audit WHERE subject = ANY(%(subjects)s)
AND action = 'reports.seeded'"""
_UNTIL = "synthetic until "
# vacuumed, what is counted is read from indexes alone at once, and nobody reads past lines that are
# in the sums
_TIDY = (
    "VACUUM (ANALYZE) report, report_words",
    "VACUUM (ANALYZE) report_change, report_stay_change, report_day_change, report_work_change",
    "ANALYZE report_sum, report_stay_sum, report_median, report_cell, report_work_sum",
    "ANALYZE report_history, report_photo, incident, incident_report, incident_hour",
    "VACUUM (ANALYZE) site, site_report, site_part, site_change",
)


class CannotSeed(Exception):
    """The message says why; what is complete stays."""


@dataclass(frozen=True)
class Plan:
    """So many reports of one seed, spread over so many days until now."""

    seed: str
    reports: int
    days: int

    def batches(self) -> Iterator[tuple[int, int]]:
        """(first, count) of each batch."""
        for first in range(0, self.reports, BATCH):
            yield first, min(BATCH, self.reports - first)

    def subject(self, first: int) -> str:
        """The batch's name in the audit."""
        return f"seed:{self.seed}:{self.reports}:{self.days}:{first}"


def seed(here: Deployment, plan: Plan, told: Callable[[int], None]) -> int:
    """Make what is not there yet; how many reports that were.

    told: gets the number of reports after each batch. Raises CannotSeed, DatabaseAway, FilesAway.
    """
    with session("reports", owner=True, patient=True) as opened, _alone(here):
        done, end = _done(opened, plan)
        arguments = (
            here.city_pack,
            here.owner_url("reports"),
            plan.seed,
            seeding_repository.officers(opened),
            _picture(open_store(here.files_url), datetime.now(UTC)),
            Span(end - timedelta(days=plan.days), end, plan.reports),
        )
        made, city = 0, Catalogue.load(here.city_pack)
        note_sites(opened, city)
        with summing(city) as sums, _pool(arguments) as pool:
            for count in _written(pool, opened, plan, done, end):
                made += count
                told(count)
                sums.came(count)
        for statement in _TIDY if made else ():
            opened.execute(statement)
    return made


@contextmanager
def _pool(arguments: tuple[Any, ...]) -> Iterator[ProcessPoolExecutor]:
    """Processes that make batches; when we are interrupted, none begins another one."""
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, spawning, _prepare, arguments) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


@contextmanager
def _alone(here: Deployment) -> Iterator[None]:
    """Meanwhile nobody else seeds."""
    try:
        connection = psycopg2.connect(here.owner_url("reports"), connect_timeout=5)
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_try_advisory_lock({_LOCK})")
                if cursor.fetchone() != (True,):
                    raise CannotSeed("somebody else seeds at the moment")
            connection.commit()
            yield
        finally:
            connection.close()
    except psycopg2.Error as problem:
        raise CannotSeed(f"the database of reports: {str(problem).strip()}") from None


def _done(opened: Session, plan: Plan) -> tuple[set[str], datetime]:
    """(the batches that are there, until when the reports go)."""
    subjects = [plan.subject(first) for first, _ in plan.batches()]
    rows = opened.execute(opened.render(_DONE, {"subjects": subjects}))
    ends = [row["purpose"].removeprefix(_UNTIL) for row in rows]
    end = datetime.fromisoformat(ends[0]) if ends else datetime.now(UTC).replace(microsecond=0)
    return {row["subject"] for row in rows}, end


def _written(
    pool: ProcessPoolExecutor, opened: Session, plan: Plan, done: set[str], end: datetime
) -> Iterator[int]:
    """How many reports each batch had that was not there yet."""
    waiting: deque[tuple[Future[None], int]] = deque()
    for first, count in plan.batches():
        if plan.subject(first) in done:
            continue
        serials = seeding_repository.next_serials(opened, count)
        if max(serials) > _LARGEST_SERIAL:
            raise CannotSeed("there are no more numbers for reports")
        audited = _audited(opened, plan, first, end)
        waiting.append((pool.submit(_write, first, serials, audited), count))
        if len(waiting) > _AHEAD:
            yield _taken(waiting)
    while waiting:
        yield _taken(waiting)


def _taken(waiting: deque[tuple[Future[None], int]]) -> int:
    future, count = waiting.popleft()
    future.result()
    return count


def _audited(opened: Session, plan: Plan, first: int, end: datetime) -> str:
    purpose = f"{_UNTIL}{end.isoformat()}"
    row = audit.insert(
        Call(OPERATOR), "reports.seeded", plan.subject(first), purpose, datetime.now(UTC)
    )
    return opened.render(*row)


def _picture(store: FileStore, now: datetime) -> UploadedPhoto:
    """A picture that says what it is, in the file store."""
    image = Image.new("RGB", _SIZE, "#335577")
    ImageDraw.Draw(image).text((40, 200), "DATA CONTOH", fill="white", font_size=72)
    full, thumb = _jpeg(image), _jpeg(image.resize((320, 240)))
    digest = hashlib.sha256(full).hexdigest()
    photo = UploadedPhoto(hour_of(now), digest, *_SIZE, len(full))
    for size, content in (("thumb", thumb), ("full", full)):
        with NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            store.put(photo.key(size), Path(file.name), "image/jpeg")
    return photo


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


# in the processes that make the rows
_seeder: Seeder
_span: Span
_connection: Any


def _prepare(
    pack: Path, url: str, seed: str, officers: dict[str, list[str]], photo: UploadedPhoto,
    span: Span,
) -> None:  # fmt: skip
    global _seeder, _span, _connection
    _seeder, _span = Seeder(Catalogue.load(pack), seed, officers, photo), span
    # nothing that is made here refers to itself, and there is much of it to look through
    gc.disable()
    _connection = psycopg2.connect(url, connect_timeout=5)


def _write(first: int, serials: list[int], audited: str) -> None:
    """A batch whose ids are the same whoever makes it, so that nobody can write it twice."""
    rows = seeding_repository.rendered(_seeder.lives(_span, first, serials))
    with _connection, _connection.cursor() as cursor:
        # a batch that is lost with the machine is made again
        cursor.execute("SET LOCAL synchronous_commit = off")
        seeding_repository.copy(cursor, rows)
        cursor.execute(audited)
