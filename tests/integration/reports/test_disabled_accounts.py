"""Registry tells that an account was disabled: it is nobody's staff any more."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.call import Call
from services.chassis.errors import Invalid
from services.chassis.ids import new_id
from services.chassis.principal import SYSTEM, Principal, Role
from services.chassis.unit_of_work import UnitOfWork
from services.reports import repository
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import do

STAFF = Principal("somebody", Role.OFFICER, "ROADS")


def hear(desk: Desk, officer: str, version: int, *, active: bool | None) -> None:
    """Of the creation (None), or of a change."""
    told = {"account_id": officer, "role": "officer", "agency": "ROADS", "active": active}
    with desk.caller.database.session() as session:
        work = UnitOfWork(session, call=Call(SYSTEM))
        (repository.keep_account if active is None else repository.change_account)(
            work, told, version
        )
        work.commit()


def assign(desk: Desk, report: str, officer: str) -> Any:
    return do(desk, "assign", report, STAFF, agency="ROADS", officer=officer)


def test_nothing_is_assigned_to_a_disabled_account(desk: Desk) -> None:
    officer = desk.account("officer", "ROADS")
    first, second = desk.submit()["id"], desk.submit()["id"]
    hear(desk, officer, 2, active=False)
    with pytest.raises(Invalid):
        assign(desk, first, officer)
    hear(desk, officer, 3, active=True)
    assert assign(desk, second, officer)["officer"] == officer


def test_a_creation_that_is_heard_of_late_changes_nothing(desk: Desk) -> None:
    officer, report = new_id(), desk.submit()["id"]
    hear(desk, officer, 2, active=False)
    hear(desk, officer, 1, active=None)
    with pytest.raises(Invalid):
        assign(desk, report, officer)


def test_what_is_older_is_not_believed(desk: Desk) -> None:
    officer, report = desk.account("officer", "ROADS"), desk.submit()["id"]
    hear(desk, officer, 3, active=True)
    hear(desk, officer, 2, active=False)
    assert assign(desk, report, officer)["officer"] == officer
