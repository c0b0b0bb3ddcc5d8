"""`kota seed`: what was seeded is read and worked on like what was reported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.kota import seeding, seeding_sums
from infra.kota.deployment import Deployment
from infra.kota.seeding import CannotSeed, Plan
from services.chassis.database import Database
from services.chassis.errors import Conflict
from services.chassis.files import open_store
from services.chassis.principal import Principal, Role
from services.reports.catalogue import Catalogue
from services.reports.lifecycle import folded
from services.reports.statistics_contract import DIMENSIONS
from tests.integration.calling import Caller
from tests.integration.conftest import Urls
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import do
from tests.integration.reports.test_sums import check_tallies
from tests.unit.city.tiny import write_pack

PLAN = Plan("demo", 120, 100)


@pytest.fixture
def desk(
    make_database: Callable[[str], Urls], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """A service whose deployment the operator's commands know by variables."""
    app, owner = make_database("reports")
    pack = write_pack(tmp_path / "tiny")
    monkeypatch.setenv("KOTA_DATABASE_URL_REPORTS", app)
    monkeypatch.setenv("KOTA_MIGRATION_DATABASE_URL_REPORTS", owner)
    monkeypatch.setenv("KOTA_FILES_URL", (tmp_path / "files").as_uri())
    monkeypatch.setenv("KOTA_CITY_PACK", str(pack))
    monkeypatch.setattr(seeding, "BATCH", 50)
    # some is added up while the rest is copied
    monkeypatch.setattr(seeding_sums, "_ENOUGH", 50)
    database = Database(app, size=4)
    desk = Desk(Caller(database), Catalogue.load(pack).trusting)
    desk.caller.clock.at = datetime.now(UTC)
    yield desk
    database.close()


def seed(told: Callable[[int], None] = lambda count: None) -> int:
    return seeding.seed(Deployment(), PLAN, told)


def count(desk: Desk, table: str = "report") -> int:
    return int(desk.caller.rows(f"SELECT count(*) AS rows FROM {table}")[0]["rows"])


def interrupted(_count: int) -> None:
    raise KeyboardInterrupt


def test_interrupted_and_resumed(desk: Desk) -> None:
    with pytest.raises(KeyboardInterrupt):
        seed(interrupted)
    there = count(desk)
    assert there in (50, 100, 120)
    assert seed() == 120 - there
    assert count(desk) == 120
    assert seed() == 0
    audited = {subject for _, action, subject in desk.caller.audited()}
    assert audited == {f"seed:demo:120:100:{first}" for first in (0, 50, 100)}
    assert count(desk, "chassis.outbox") == 0


def test_like_what_was_reported(desk: Desk) -> None:
    seed()
    before = desk.submit()
    assert int(before["number"].split("-")[2]) == 121
    page = desk.page(by=Principal("an-auditor", Role.AUDITOR), limit=100)
    assert page["next"] and page["items"][0]["id"] == before["id"]
    assert desk.ring() == []
    for item in page["items"][1:]:
        history = desk.caller.rows(
            "SELECT action, data FROM report_history WHERE report_id = %(id)s ORDER BY version",
            {"id": item["id"]},
        )
        assert folded((line["action"], line["data"]) for line in history) == item["state"]


def test_counted_like_what_happened(desk: Desk) -> None:
    """For how long states lasted is copied, and counted by the database besides: the same."""
    seed()
    for by in DIMENSIONS:
        check_tallies(desk, by, datetime.now(UTC).year)


def test_work_goes_on(desk: Desk) -> None:
    seed()
    by_state = {
        row["state"]: row for row in desk.caller.rows("SELECT id::text, agency, state FROM report")
    }
    fresh = by_state["submitted"]
    officer = Principal("an-officer", Role.OFFICER, fresh["agency"])
    assert do(desk, "verify", fresh["id"], officer)["state"] == "verified"
    with pytest.raises(Conflict):
        do(desk, "verify", fresh["id"], officer)
    closed = by_state["closed"]
    found = desk.photo(closed["id"], 1, by=Principal("an-auditor", Role.AUDITOR))
    key = f"photos/{found['hour']}/{found['digest']}.jpg"
    store = open_store(Deployment().files_url)
    assert key in set(store.keys("photos"))


def test_one_at_a_time(desk: Desk) -> None:
    def another(_count: int) -> None:
        with pytest.raises(CannotSeed, match="somebody else"):
            seed()

    seed(another)
    assert count(desk) == 120
