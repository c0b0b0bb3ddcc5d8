"""What people say of an incident, on the real database: together they decide, alone they do not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis.errors import Invalid, NotFound
from services.chassis.ids import new_id
from services.chassis.principal import GUEST, Principal, Role
from services.chassis.unit_of_work import UnitOfWork
from services.reports.incidents import repository
from services.reports.incidents.errors import IncidentOver
from services.reports.incidents.life import Said
from services.reports.incidents.sighting import Voice, spoken
from tests.integration.reports.jams import Streets, streets
from tests.integration.reports.test_actions import ANNA, SUPERVISOR, do
from tests.unit.reports.test_incident_life import (
    BEGINNING,
    LIFETIME,
    OTHERS,
    START,
    VOTES,
    Statement,
    honest,
    summed,
)

__all__ = ["streets"]

MINUTE = timedelta(minutes=1)
CHEAT = Principal("cheat", Role.CITIZEN)


def people(number: int) -> list[tuple[Principal, str]]:
    """So many accounts, each at an address of its own."""
    return [(Principal(f"person-{n}", Role.CITIZEN), f"home-{n}") for n in range(number)]


def crowd(number: int) -> list[tuple[Principal, str]]:
    """So many accounts, all at one address."""
    return [(Principal(f"person-{n}", Role.CITIZEN), "one-address") for n in range(number)]


def walker(number: int) -> list[tuple[Principal, str]]:
    """One account that comes from ever other addresses."""
    return [(CHEAT, f"address-{n}") for n in range(number)]


def guests(number: int) -> list[tuple[Principal, str]]:
    """Somebody without account, again and again."""
    return [(GUEST, "one-address")] * number


ALONE = pytest.mark.parametrize("who", [walker(12), crowd(12), guests(12)])
Who = Sequence[tuple[Principal, str]]


@ALONE
def test_nobody_alone_ends_it(streets: Streets, who: Who) -> None:
    jam = streets.jam(client="reporter")["incident"]
    before = streets.incident(jam)["expires_at"]
    for by, client in who:
        assert streets.vote(jam, "gone", by, client)["expires_at"] == before


@ALONE
def test_nobody_alone_keeps_it(streets: Streets, who: Who) -> None:
    jam = streets.jam(client="reporter")["incident"]
    streets.caller.clock.move(20 * MINUTE)
    first = streets.vote(jam, "still_there", *who[0])["expires_at"]
    assert first == "2026-06-01T03:50:00+00:00"
    for by, client in who[1:]:
        streets.caller.clock.move(MINUTE)
        assert streets.vote(jam, "still_there", by, client)["expires_at"] == first
        assert streets.jam(by=by, client=client)["incident"] == jam
        assert streets.incident(jam)["expires_at"] == first


def test_many_keep_it_and_many_end_it(streets: Streets) -> None:
    jam = streets.jam(client="reporter")["incident"]
    for by, client in people(5):
        streets.caller.clock.move(20 * MINUTE)
        streets.vote(jam, "still_there", by, client)
    assert streets.incident(jam)["expires_at"] == "2026-06-01T05:10:00+00:00"
    streets.caller.clock.move(MINUTE)
    leaving = people(8)[5:]
    assert streets.vote(jam, "gone", *leaving[0])["state"] == "live"
    shorter = streets.vote(jam, "gone", *leaving[1])
    assert shorter["expires_at"] == "2026-06-01T04:55:00+00:00"
    over = streets.vote(jam, "gone", *leaving[2])
    assert (over["state"], over["ended_by"]) == ("ended", "gone")
    assert streets.told()[-1] == ("ended", jam)
    with pytest.raises(IncidentOver):
        streets.vote(jam, "still_there", ANNA, "home-99")
    assert streets.listed() == []


def test_whoever_changes_their_mind_counts_once(streets: Streets) -> None:
    jam = streets.jam(client="reporter")["incident"]
    for by, client in people(2):
        streets.vote(jam, "gone", by, client)
    streets.caller.clock.move(MINUTE)
    back = streets.vote(jam, "still_there", *people(1)[0])
    assert back["expires_at"] == "2026-06-01T03:31:00+00:00"


def test_a_vote_says_how_it_is_now(streets: Streets) -> None:
    jam = streets.jam(client="reporter", how="standing")["incident"]
    streets.caller.clock.move(MINUTE)
    changed = streets.vote(jam, "changed", ANNA, "home-1", severity="minor", cause="works")
    assert (changed["severity"], changed["cause"]) == ("minor", "works")
    for by, client in crowd(9):
        changed = streets.vote(jam, "changed", by, client, severity="major")
    assert changed["severity"] == "major"  # the reporter says so too, and one address is one
    assert streets.vote(jam, "changed", *people(1)[0], severity="minor")["severity"] == "minor"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"answer": "changed"}, "answer"),
        ({"answer": "gone", "severity": "minor"}, "severity"),
        ({"answer": "changed", "cause": "rain"}, "cause"),
        ({"answer": "maybe"}, "answer"),
    ],
)
def test_votes_that_say_nothing(streets: Streets, wrong: dict[str, Any], field: str) -> None:
    jam = streets.jam()["incident"]
    with pytest.raises(Invalid) as refused:
        streets.vote(jam, **wrong)
    assert refused.value.errors[0].field == field


def test_no_votes_on_what_nobody_may_see(streets: Streets) -> None:
    jam = streets.jam(by=ANNA)
    do(streets, "hide", jam["id"], SUPERVISOR)
    for nothing in (jam["incident"], new_id()):
        with pytest.raises(NotFound):
            streets.vote(nothing, "gone")


def test_a_vote_that_comes_late_brings_nothing_back(streets: Streets) -> None:
    jam = streets.jam(client="reporter")["incident"]
    streets.caller.clock.move(30 * MINUTE)
    with pytest.raises(IncidentOver):  # nobody has noticed yet
        streets.vote(jam, "still_there", ANNA, "home-1")
    assert streets.pass_by() == 1
    with pytest.raises(IncidentOver):
        streets.vote(jam, "still_there", ANNA, "home-1")
    assert [happened for happened, _ in streets.told()] == ["opened", "ended"]


_EXAMPLES = count()


@settings(
    max_examples=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(others=OTHERS, random=st.randoms(use_true_random=False))
def test_the_database_sums_up_what_was_said(
    streets: Streets, others: list[Statement], random: Random
) -> None:
    """As the plain words of it do, and whatever the order in which it arrives."""
    statements = list(
        {(one.voice, one.minute): one for one in [BEGINNING, *honest(others)]}.values()
    )
    random.shuffle(statements)
    values = {"lifetime": LIFETIME, "most": VOTES.most_of_one_address}
    incident = new_id()
    with streets.caller.database.session() as session:
        work = UnitOfWork(session)
        work.begin()
        for one in statements:
            voice = Voice(str(one.voice), str(one.address), VOTES.account)
            at = START + one.minute * MINUTE
            stance = "there" if one.there else "gone"
            found = repository.speak(work, spoken(incident, voice, stance, at), values)
        names = Said.__dataclass_fields__
        assert Said(**{name: found[name] for name in names}) == summed(statements)
