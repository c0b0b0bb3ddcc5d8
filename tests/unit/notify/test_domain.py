"""Who is told what, and who finds it."""

from __future__ import annotations

import pytest

from infra.local.state import ROOT
from services.chassis.principal import Principal, Role
from services.notify import domain
from services.notify.domain import Message


def test_a_citizens_report_is_told_to_both_sides() -> None:
    assert domain.messages_for_submitted("me", "DLH") == [
        Message("person:me", "report.submitted"),
        Message("agency:DLH", "report.submitted.agency"),
    ]


def test_a_guests_report_is_told_to_the_agency_only() -> None:
    assert domain.messages_for_submitted(None, "DLH") == [
        Message("agency:DLH", "report.submitted.agency")
    ]


@pytest.mark.parametrize(
    ("principal", "found"),
    [
        (Principal("me", Role.CITIZEN), ["person:me"]),
        (Principal("o", Role.OFFICER, "DLH"), ["person:o", "agency:DLH"]),
        (Principal("s", Role.SUPERVISOR, "DPU"), ["person:s", "agency:DPU"]),
        (Principal("x", Role.ADMIN), ["person:x"]),
    ],
)
def test_where_people_look(principal: Principal, found: list[str]) -> None:
    assert domain.recipients_of(principal) == found


def test_whoever_is_told_finds_it() -> None:
    told = {message.recipient for message in domain.messages_for_submitted("me", "DLH")}
    reporter = domain.recipients_of(Principal("me", Role.CITIZEN))
    officer = domain.recipients_of(Principal("o", Role.OFFICER, "DLH"))
    assert told == (told & set(reporter)) | (told & set(officer))
    assert not told & set(domain.recipients_of(Principal("you", Role.OFFICER, "DPU")))


def test_a_person_is_never_an_agency() -> None:
    assert domain.person("DLH") != domain.agency("DLH")


def test_the_city_pack_has_the_words_of_every_message() -> None:
    keys = {message.key for message in domain.messages_for_submitted("me", "DLH")}
    file = ROOT / "infra/city/tangsel/texts/notifications.yaml"
    assert keys <= {line.strip().rstrip(":") for line in file.read_text().splitlines()}
