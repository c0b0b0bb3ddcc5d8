"""Open data: every public report once, nothing of secret ones or people, made by one process."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.chassis import jsontext
from services.chassis.errors import NotFound
from services.chassis.files import open_store
from services.chassis.files.store import FileStore
from services.chassis.unit_of_work import UnitOfWork
from services.reports import open_data
from services.reports.open_data_contract import OPEN_DATA, OPEN_DATA_FILE
from services.reports.open_data_files import COLUMNS
from services.reports.open_data_repository import LEASE
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import ANNA, do
from tests.integration.reports.test_sums import PEOPLE, ask


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return open_store((tmp_path / "files").as_uri())


class Opener:
    """Opens units of work, and does something before one of them."""

    def __init__(self, desk: Desk, before: dict[int, Any] | None = None) -> None:
        self.desk, self.before, self.opened = desk, before or {}, 0

    @contextmanager
    def __call__(self) -> Iterator[UnitOfWork]:
        self.opened += 1
        self.before.get(self.opened, lambda: None)()
        with self.desk.caller.database.session() as session:
            yield UnitOfWork(session, clock=self.desk.caller.clock)


def make(desk: Desk, store: FileStore) -> int | None:
    return open_data.make_if_due(Opener(desk), desk.city, store)


def downloaded(desk: Desk, store: FileStore, name: str) -> str:
    found = ask(desk, OPEN_DATA_FILE, open_data.open_data_file, file=name)
    stored = store.open(found["key"])
    raw = gzip.decompress(b"".join(stored.chunks))
    stored.close()
    assert found["stored"] == stored.size and found["bytes"] == len(raw)
    assert found["sha256"] == hashlib.sha256(raw).hexdigest()
    return raw.decode()


def test_every_public_report_stands_in_both_files_once(desk: Desk, store: FileStore) -> None:
    made = [desk.submit(ANNA, visibility=v) for v in ("public", "anonymous", "secret", "public")]
    do(desk, "hide", made[3]["id"], PEOPLE[1])
    outside = desk.submit(
        ANNA, category="noise", lat=5.0, long=100.0, attributes={"since": "2026-05-30T08:00:00Z"}
    )
    assert make(desk, store) == 3
    wanted = [made[0]["number"], made[1]["number"], outside["number"]]
    rows = list(csv.DictReader(io.StringIO(downloaded(desk, store, "reports.csv"), newline="")))
    assert [row["number"] for row in rows] == wanted
    assert list(rows[0]) == list(COLUMNS)
    assert (rows[0]["lat"], rows[0]["long"], rows[0]["district"]) == ("-3.1", "120.1", "99.01.01")
    assert (rows[2]["area"], rows[2]["district_name"]) == ("", "")
    found = jsontext.loads(downloaded(desk, store, "reports.geojson"))
    assert [one["properties"]["number"] for one in found["features"]] == wanted
    assert found["features"][0]["geometry"]["coordinates"] == [120.1, -3.1]
    names = set(COLUMNS) - {"lat", "long"}
    assert all(set(one["properties"]) == names for one in found["features"])


def test_no_words_and_no_people(desk: Desk, store: FileStore) -> None:
    desk.submit(ANNA, description="Rumah Pak Contoh nomor 7", lat=-3.1234567)
    desk.submit(contact_email="tamu@example.org")
    make(desk, store)
    for name in ("reports.csv", "reports.geojson"):
        text = downloaded(desk, store, name)
        for secret in ("Rumah", "Contoh nomor", ANNA.subject, "tamu@", "3.1234"):
            assert secret not in text, (name, secret)


def test_none_is_a_file_too(desk: Desk, store: FileStore) -> None:
    with pytest.raises(NotFound):
        ask(desk, OPEN_DATA, open_data.open_data)
    with pytest.raises(NotFound):
        ask(desk, OPEN_DATA_FILE, open_data.open_data_file, file="reports.csv")
    assert make(desk, store) == 0
    assert jsontext.loads(downloaded(desk, store, "reports.geojson"))["features"] == []
    assert downloaded(desk, store, "reports.csv").splitlines() == [",".join(COLUMNS)]


def test_the_dictionary_describes_each_column(desk: Desk, store: FileStore) -> None:
    make(desk, store)
    told = ask(desk, OPEN_DATA, open_data.open_data)
    assert (told["day"], told["reports"]) == ("2026-06-01", 0)
    assert [one["name"] for one in told["fields"]] == list(COLUMNS)
    assert all(one["description"] for one in told["fields"])
    assert [one["path"] for one in told["files"]] == [
        "/v1/open-data/reports.csv", "/v1/open-data/reports.geojson",
    ]  # fmt: skip


def test_once_a_night_and_old_ones_go(desk: Desk, store: FileStore) -> None:
    """The city is eight hours ahead, and its night begins at one."""
    for night in range(4):
        desk.submit()
        desk.caller.clock.at = datetime(2026, 6, 1 + night, 17, tzinfo=UTC)
        assert make(desk, store) == night + 1
        assert make(desk, store) is None
        desk.caller.clock.move(timedelta(hours=23, minutes=59))
        assert make(desk, store) is None
    days = desk.caller.rows("SELECT day::text FROM open_data ORDER BY day")
    assert [row["day"] for row in days] == ["2026-06-04", "2026-06-05"]
    assert len(list(store.keys("open-data"))) == 4


def test_two_processes_make_them_once(desk: Desk, store: FileStore) -> None:
    tries: list[int | None] = []
    opener = Opener(desk, {3: lambda: tries.append(make(desk, store))})
    assert open_data.make_if_due(opener, desk.city, store) == 0
    assert tries == [None]


def test_whoever_dies_is_followed_and_whoever_slept_gives_up(desk: Desk, store: FileStore) -> None:
    desk.submit()

    def sleep() -> None:
        assert make(desk, store) is None
        desk.caller.clock.move(LEASE + timedelta(seconds=1))
        assert make(desk, store) == 1

    with pytest.raises(open_data.Lost):
        open_data.make_if_due(Opener(desk, {4: sleep}), desk.city, store)
    assert "LP-2026" in downloaded(desk, store, "reports.csv")


def test_asked_for_it_is_made_again(desk: Desk, store: FileStore) -> None:
    assert make(desk, store) == 0
    desk.submit()
    assert open_data.make_now(Opener(desk), desk.city, store) == 1
    assert len(downloaded(desk, store, "reports.csv").splitlines()) == 2
    assert len(list(store.keys("open-data"))) == 2
