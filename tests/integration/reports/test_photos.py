"""Photos of reports: taken over from uploads, seen by who may, and the unused ones swept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.chassis.capabilities import LIFETIME, UploadedPhoto, hour_of, photo_folder
from services.chassis.errors import Invalid, NotFound
from services.chassis.files import FilesAway, FileStore
from services.chassis.files.local import LocalFiles
from services.chassis.principal import GUEST, Principal, Role
from services.chassis.unit_of_work import UnitOfWork
from services.reports import photos
from tests.integration.reports.conftest import Desk

ANNA = Principal("anna", Role.CITIZEN)
BUDI = Principal("budi", Role.CITIZEN)
AUDITOR = Principal("auditor", Role.AUDITOR)
UNTIL_SWEPT = timedelta(hours=1) + LIFETIME + timedelta(hours=1)


def uploaded(desk: Desk, n: int = 0) -> UploadedPhoto:
    return UploadedPhoto(hour_of(desk.caller.clock.now()), f"{n:064x}", 640, 480, 1_000)


def capability(desk: Desk, by: Principal = ANNA, n: int = 0) -> str:
    return desk.capabilities.issue(uploaded(desk, n), by.subject)[0]


def refused(desk: Desk, by: Principal, given: list[str]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refusal:
        desk.submit(by, photos=given)
    return [(error.field, error.code) for error in refusal.value.errors]


def test_they_are_numbered_and_shown(desk: Desk) -> None:
    made = desk.submit(ANNA, photos=[capability(desk, n=n) for n in range(3)])
    shown = [{"n": n, "width": 640, "height": 480, "version": 1} for n in (1, 2, 3)]
    assert made["photos"] == desk.get(made["id"])["photos"] == shown
    assert desk.page()["items"][0]["photos"] == shown
    assert desk.submit(ANNA)["photos"] == []


def test_where_one_is_kept(desk: Desk) -> None:
    made = desk.submit(ANNA, photos=[capability(desk, n=n) for n in (7, 8)])
    found = desk.photo(made["id"], 2, size="thumb")
    assert (found["digest"], found["size"], found["is_public"]) == (f"{8:064x}", "thumb", True)
    assert found["hour"] == uploaded(desk).hour and found["name"] == f"{made['number']}-2.jpg"
    for n in (3, 1_000):
        with pytest.raises(NotFound):
            desk.photo(made["id"], n)


def test_only_ones_own_and_only_once(desk: Desk) -> None:
    mine = capability(desk)
    assert refused(desk, BUDI, [mine]) == [("photos.0", "unknown_photo")]
    assert refused(desk, GUEST, [mine]) == [("photos.0", "unknown_photo")]
    assert refused(desk, ANNA, [mine, mine]) == [("photos.1", "photo_twice")]
    assert refused(desk, ANNA, ["x" * 30]) == [("photos.0", "unknown_photo")]
    assert refused(desk, ANNA, [capability(desk, n=n) for n in range(7)])[0][0] == "photos"
    desk.caller.clock.move(LIFETIME)
    assert refused(desk, ANNA, [mine]) == [("photos.0", "unknown_photo")]
    assert desk.caller.rows("SELECT 1 FROM report") == []
    assert desk.caller.rows("SELECT 1 FROM report_photo") == []


def test_a_repeated_request_is_answered_also_when_the_capability_is_over(desk: Desk) -> None:
    given = [capability(desk)]
    made = desk.submit(ANNA, key="one", photos=given)
    desk.caller.clock.move(LIFETIME)
    assert desk.submit(ANNA, key="one", photos=given) == made


def test_secret_photos(desk: Desk) -> None:
    made = desk.submit(ANNA, visibility="secret", photos=[capability(desk)])
    for stranger in (BUDI, GUEST):
        with pytest.raises(NotFound):
            desk.photo(made["id"], 1, stranger)
    assert desk.photo(made["id"], 1, ANNA)["is_public"] is False
    desk.photo(made["id"], 1, AUDITOR)
    assert ("auditor", "report.photo_read", made["id"]) in desk.caller.audited()


class Sweeping:
    """The sweep, on a folder of its own."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk = desk
        self.store = LocalFiles(folder / "files")
        self._picture = folder / "picture"
        self._picture.write_bytes(b"picture")
        hour = desk.caller.clock.now().replace(minute=0)
        desk.caller.rows(f"UPDATE photo_sweep SET swept_until = '{hour.isoformat()}'")

    def upload(self, n: int) -> str:
        photo = uploaded(self.desk, n)
        for size in ("full", "thumb"):
            self.store.put(photo.key(size), self._picture, "image/jpeg")
        return capability(self.desk, n=n)

    def sweep(self, store: FileStore | None = None) -> bool:
        with self.desk.caller.database.session() as session:
            work = UnitOfWork(session, clock=self.desk.caller.clock)
            more = photos.sweep_hour(work, store or self.store)
            work.commit()
        return more

    def kept(self, hour: str) -> list[str]:
        return list(self.store.keys(photo_folder(hour)))


@pytest.fixture
def sweeping(desk: Desk, tmp_path: Path) -> Sweeping:
    return Sweeping(desk, tmp_path)


def test_unused_ones_go_and_used_ones_stay(desk: Desk, sweeping: Sweeping) -> None:
    hour = uploaded(desk).hour
    sweeping.upload(1)
    desk.submit(ANNA, photos=[sweeping.upload(2)])
    desk.caller.clock.move(UNTIL_SWEPT - timedelta(seconds=1))
    assert not sweeping.sweep() and len(sweeping.kept(hour)) == 4
    desk.caller.clock.move(timedelta(seconds=1))
    assert sweeping.sweep()
    assert sorted(sweeping.kept(hour)) == sorted(
        UploadedPhoto(hour, f"{2:064x}", 0, 0, 0).key(size) for size in ("full", "thumb")
    )
    assert not sweeping.sweep()


def test_hours_are_caught_up_one_by_one(desk: Desk, sweeping: Sweeping) -> None:
    hours = []
    for n in range(3):
        hours.append(uploaded(desk).hour)
        sweeping.upload(n)
        desk.caller.clock.move(timedelta(hours=1))
    desk.caller.clock.move(UNTIL_SWEPT)
    swept = 0
    while sweeping.sweep():
        swept += 1
    assert swept >= 3 and [sweeping.kept(hour) for hour in hours] == [[], [], []]


def test_two_sweepers_at_once_are_harmless(desk: Desk, sweeping: Sweeping) -> None:
    hour = uploaded(desk).hour
    for n in range(20):
        sweeping.upload(n)
    desk.submit(ANNA, photos=[capability(desk, n=3)])
    desk.caller.clock.move(UNTIL_SWEPT)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: sweeping.sweep(), range(4)))
    assert len(sweeping.kept(hour)) == 2


def test_a_store_that_is_away_is_swept_later(desk: Desk, sweeping: Sweeping) -> None:
    sweeping.upload(1)
    hour = uploaded(desk).hour
    desk.caller.clock.move(UNTIL_SWEPT)

    class Away(LocalFiles):
        def delete(self, keys: Any) -> None:
            raise FilesAway()

    with pytest.raises(FilesAway):
        sweeping.sweep(Away(sweeping.store._folder))
    assert len(sweeping.kept(hour)) == 2
    assert sweeping.sweep() and sweeping.kept(hour) == []
