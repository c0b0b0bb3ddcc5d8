"""Photos of reports: taking uploads over, and sweeping those that nobody took over."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from services.chassis.capabilities import (
    LIFETIME,
    Capabilities,
    UploadedPhoto,
    hour_of,
    photo_folder,
)
from services.chassis.database import Row
from services.chassis.files import FileStore
from services.chassis.unit_of_work import UnitOfWork
from services.reports import errors, queries, repository

HOUR = timedelta(hours=1)
# beyond a capability's lifetime: requests under way, and clocks that differ a little
MARGIN = timedelta(hours=1)
BATCH = 500


def taken(
    work: UnitOfWork,
    given: list[str],
    capabilities: Capabilities,
    present: Collection[str] = (),
) -> list[UploadedPhoto]:
    """The caller's uploads behind the capabilities. present: digests that the report has already.

    Raises Invalid for one that is not the caller's, given twice, or present: the photo of the
    garbage proves nothing of its being gone.
    """
    found: list[UploadedPhoto] = []
    for position, capability in enumerate(given):
        photo = capabilities.read(capability, work.call.principal.subject)
        if photo is None:
            raise errors.unknown_photo(position)
        if photo.digest in {earlier.digest for earlier in found}:
            raise errors.photo_twice(position)
        if photo.digest in present:
            raise errors.photo_present(position)
        found.append(photo)
    return found


def likenesses(work: UnitOfWork, given: list[str], capabilities: Capabilities) -> list[str]:
    """What the uploads look like, as far as they can be read: whether they may be used is decided
    by `taken`, once it is known that the request was not answered before."""
    found = [capabilities.read(one, work.call.principal.subject) for one in given]
    return [photo.likeness for photo in found if photo is not None and photo.likeness]


def numbered(uploaded: list[UploadedPhoto], first: int, report: Row) -> list[dict[str, Any]]:
    """New photos as a report shows them, numbered from `first`."""
    return [
        {"n": n, "width": photo.width, "height": photo.height, "version": report["version"]}
        for n, photo in enumerate(uploaded, first)
    ]


def sweep_hour(work: UnitOfWork, store: FileStore) -> bool:
    """Delete what was uploaded in the next hour that is old enough and belongs to no report.

    Returns whether there was such an hour. Doing it again, or twice at the same time, is harmless.
    """
    hour = queries.swept_until(work)
    if hour + HOUR + LIFETIME + MARGIN > work.clock.now():
        return False
    name = hour_of(hour)
    for keys in _batches(store.keys(photo_folder(name))):
        used = queries.used_photos(work, name, [_digest(key) for key in keys])
        store.delete(key for key in keys if _digest(key) not in used)
    repository.remember_swept(work, hour + HOUR)
    return True


def _digest(key: str) -> str:
    return PurePosixPath(key).name.partition(".")[0]


def _batches(keys: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(keys, BATCH)):
        yield batch
