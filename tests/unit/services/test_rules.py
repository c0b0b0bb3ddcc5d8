"""The rules of reports, notify and registry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.principal import GUEST, Principal, Role
from services.notify import domain as notify
from services.notify.contract import recipients_of
from services.registry.identity import domain as identity
from services.registry.identity import passwords
from services.reports.domain import View, view_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
OWN = Principal("me", Role.CITIZEN)
OTHER = Principal("you", Role.CITIZEN)
OFFICER = Principal("o", Role.OFFICER, "DLH")
FOREIGN = Principal("f", Role.OFFICER, "DISHUB")
SUPERVISOR = Principal("s", Role.SUPERVISOR, "DLH")
AUDITOR = Principal("a", Role.AUDITOR)
ADMIN = Principal("x", Role.ADMIN)


@pytest.mark.parametrize(
    ("who", "open_", "secret", "identity_"),
    [
        (GUEST, True, False, False),
        (OTHER, True, False, False),
        (OWN, True, True, False),
        (OFFICER, True, True, True),
        (SUPERVISOR, True, True, True),
        (FOREIGN, True, False, False),
        (AUDITOR, True, True, True),
        (ADMIN, True, True, True),
    ],
)
def test_who_sees_a_report(who: Principal, open_: bool, secret: bool, identity_: bool) -> None:
    for visibility, content in (("public", open_), ("anonymous", open_), ("secret", secret)):
        seen = view_of(who, visibility=visibility, agency="DLH", reporter="me")
        assert seen == View(content=content, identity=identity_), visibility


def test_a_guests_report_belongs_to_no_guest() -> None:
    seen = view_of(GUEST, visibility="secret", agency="DLH", reporter=None)
    assert not seen.content


def test_who_is_told() -> None:
    report = {"report_id": "7", "reporter": "me", "agency": "DLH", "visibility": "public"}
    told = notify.messages_for("report.submitted", report)
    assert [message.recipient for message in told] == ["person:me", "agency:DLH"]
    told = notify.messages_for("report.submitted", report | {"reporter": None})
    assert [message.recipient for message in told] == ["guest:7", "agency:DLH"]
    assert recipients_of(OWN) == ["person:me"]
    assert recipients_of(OFFICER) == ["person:o", "agency:DLH"]


@given(st.lists(st.integers(0, 3600), max_size=40))
def test_lockout(gaps: list[int]) -> None:
    failures, locked_until, now = 0, None, NOW
    for gap in gaps:
        now += timedelta(seconds=gap)
        was_locked = identity.is_locked(locked_until, now)
        before = (failures, locked_until)
        failures, locked_until = identity.after_failure(failures, locked_until, now)
        if was_locked:
            assert (failures, locked_until) == before
        elif failures < identity.FREE_FAILURES:
            assert not identity.is_locked(locked_until, now)
        else:
            assert locked_until is not None
            assert identity.FIRST_LOCK <= locked_until - now <= identity.LONGEST_LOCK


def test_refresh_tokens_age() -> None:
    ends = NOW + identity.FAMILY_LIFETIME
    assert identity.is_alive(NOW, ends, NOW + identity.IDLE_LIFETIME - timedelta(seconds=1))
    assert not identity.is_alive(NOW, ends, NOW + identity.IDLE_LIFETIME)
    assert not identity.is_alive(ends - timedelta(days=1), ends, ends)


def test_passwords() -> None:
    stored = passwords.hash_password("a long enough one")
    assert passwords.verify_password(stored, "a long enough one")
    assert not passwords.verify_password(stored, "another")
    assert not passwords.verify_password(None, "a long enough one")
    assert not passwords.verify_password("not a hash", "x")


def test_logins_have_one_form() -> None:
    assert identity.normalised("  Citizen-1 ") == "citizen-1"
