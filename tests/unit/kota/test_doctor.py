"""What a doctor finds without a patient."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from infra.kota.deployment import Deployment
from infra.kota.doctor import keeping, machine
from infra.kota.output import age, size
from services.chassis import schema_version
from services.chassis.city.calendar import Holiday, WorkingCalendar
from services.chassis.text import Text

NAME = Text("Day off", id="Hari libur")


def calendar(*days: date, estimated: bool = False) -> WorkingCalendar:
    return WorkingCalendar(Holiday(day, NAME, "national", estimated, "x") for day in days)


def test_holidays_that_are_known_and_fixed() -> None:
    known = calendar(date(2026, 5, 1), date(2027, 1, 1))
    assert list(keeping.holidays(known, date(2026, 12, 1))) == []


def test_the_next_year_is_missing() -> None:
    (found,) = keeping.holidays(calendar(date(2026, 5, 1)), date(2026, 12, 1))
    assert found.is_problem and "2027" in found.what
    assert list(keeping.holidays(calendar(date(2026, 5, 1)), date(2026, 6, 1))) == []


def test_estimated_holidays_are_told_when_they_come_near() -> None:
    guessed = calendar(date(2026, 5, 1), estimated=True)
    (found,) = keeping.holidays(guessed, date(2026, 4, 1))
    assert not found.is_problem and "2026-05-01" in found.what
    assert list(keeping.holidays(guessed, date(2026, 1, 1))) == []
    assert list(keeping.holidays(guessed, date(2026, 5, 2))) == []


def test_secrets_that_others_may_read(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    for name, mode in (("tracking", 0o644), ("code", 0o600)):
        file = tmp_path / "secrets" / name
        file.touch()
        file.chmod(mode)
    found = [one for one in machine.look(Deployment({"KOTA_STATE": str(tmp_path)}))
             if one.area == "secrets"]  # fmt: skip
    assert [one.remedy for one in found] == [f"chmod 600 {tmp_path}/secrets/tracking"]


@pytest.mark.parametrize("line", ["chassis", "registry", "reports", "notify", "permits"])
def test_the_newest_known_migration_is_the_head(line: str) -> None:
    assert schema_version.known(line)[-1] == schema_version.head(line)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0.2, "0 s"), (59, "59 s"), (3_661, "1 h 1 min"), (180_000, "2 d 2 h")],
)
def test_ages(seconds: float | None, words: str) -> None:
    assert age(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"), [(3, "3 B"), (1_500, "1.5 kB"), (2e9, "2.0 GB"), (3e12, "3.0 TB")]
)
def test_sizes(count: float, words: str) -> None:
    assert size(count) == words
