"""How long an incident lives: nobody alone ends it or keeps it, however often they speak."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.reports.incidents.life import Said, expires_at, gone_part, seen_at
from services.reports.incidents.rules import (
    CifsRules,
    IncidentRules,
    SeverityRules,
    VoteRules,
)

START = datetime(2026, 6, 1, 3, tzinfo=UTC)
LIFETIME = timedelta(minutes=30)
VOTES = VoteRules(guest=1, account=2, most_of_one_address=2, gone_ends=6, gone_share=0.2)
RULES = IncidentRules(
    LIFETIME, None, None, SeverityRules(None, {}, "moderate"), VOTES, CifsRules("JAM", {})
)


@dataclass(frozen=True)
class Statement:
    """Somebody says, from an address, after so many minutes, that it is there or gone."""

    voice: int
    address: int
    minute: int
    there: bool


def summed(statements: Iterable[Statement]) -> Said:
    """What was said in all: what the database finds, written down plainly. Voices below 100 have an
    account."""
    said = sorted(statements, key=lambda one: (one.minute, one.voice))
    first = {one.voice: one for one in reversed(said)}
    last = {one.voice: one for one in said}
    saw: dict[int, int] = {}
    for one in said:
        if one.there:
            saw.setdefault(one.voice, one.minute)
    by_address: dict[int, int] = {}
    for voice, minute in saw.items():
        address = first[voice].address
        by_address[address] = min(minute, by_address.get(address, minute))
    gone = [one for one in last.values() if not one.there]
    since = min((one.minute for one in gone), default=None)
    there = [one for one in last.values() if one.there]
    against = [one for one in there if since is not None and one.minute >= since]

    def weight(given: list[Statement]) -> int:
        held: dict[int, int] = {}
        for one in given:
            address = first[one.voice].address
            held[address] = held.get(address, 0) + (VOTES.account if one.voice < 100 else 1)
        return sum(min(one, VOTES.most_of_one_address) for one in held.values())

    return Said(
        START + timedelta(minutes=max(saw.values())),
        START + timedelta(minutes=max(by_address.values())),
        weight(gone),
        weight(against),
        weight(there),
    )


MINUTES = st.integers(0, 120)
# others, and somebody (voice 1) who speaks from wherever, or people of one address (9)
OTHERS = st.lists(
    st.builds(Statement, st.integers(2, 8), st.integers(2, 8), MINUTES, st.booleans()), max_size=12
)
ONE_VOICE = st.lists(
    st.builds(Statement, st.just(1), st.integers(10, 20), MINUTES, st.booleans()), max_size=12
)
ONE_ADDRESS = st.lists(
    st.builds(Statement, st.integers(20, 140), st.just(9), MINUTES, st.booleans()), max_size=12
)
BEGINNING = Statement(0, 0, 0, there=True)


def honest(others: list[Statement]) -> list[Statement]:
    """One voice has one address here; only who tries to cheat has more."""
    return [replace(one, address=one.voice) for one in others]


@given(OTHERS, st.one_of(ONE_VOICE, ONE_ADDRESS))
def test_nobody_alone_kills_or_keeps_it(others: list[Statement], one: list[Statement]) -> None:
    """Whatever one voice, or one address, says, as often as it likes."""
    without = summed([BEGINNING, *honest(others)])
    having = summed([BEGINNING, *honest(others), *one])
    # seen at most once more than it was: as when that voice first came, and never later than that
    first = START + timedelta(minutes=min((s.minute for s in one if s.there), default=0))
    assert seen_at(without) <= seen_at(having) <= max(seen_at(without), first)
    # one address weighs at most what is not counted
    assert abs(having.gone - without.gone) <= VOTES.most_of_one_address


@given(st.one_of(ONE_VOICE, ONE_ADDRESS))
def test_alone_against_one_report_nobody_shortens_anything(one: list[Statement]) -> None:
    alone = summed([BEGINNING, *[replace(s, there=False) for s in one]])
    assert gone_part(alone, VOTES) == 0 and expires_at(alone, RULES) == START + LIFETIME


@given(OTHERS, st.randoms(use_true_random=False))
def test_what_is_said_counts_in_whichever_order_it_arrives(
    others: list[Statement], random: object
) -> None:
    statements = [BEGINNING, *honest(others)]
    shuffled = list(statements)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    distinct = {(one.voice, one.minute): one for one in statements}.values()
    again = [one for one in shuffled if one in set(distinct)]
    assert summed(distinct) == summed(again)


def ends(*gone: Statement, there: Iterable[Statement] = ()) -> bool:
    said = summed([BEGINNING, *there, *gone])
    return gone_part(said, VOTES) == 1


def voices(first: int, count: int, minute: int, *, there: bool) -> list[Statement]:
    return [Statement(first + n, first + n, minute, there) for n in range(count)]


def test_three_accounts_or_six_guests_end_it() -> None:
    assert not ends(*voices(10, 2, 5, there=False)) and ends(*voices(10, 3, 5, there=False))
    assert not ends(*voices(100, 5, 5, there=False)) and ends(*voices(100, 6, 5, there=False))
    # two shorten it by half
    two = summed([BEGINNING, *voices(10, 2, 5, there=False)])
    assert expires_at(two, RULES) == START + LIFETIME / 2


def test_many_of_one_address_are_as_one() -> None:
    crowd = [Statement(10 + n, 9, 5, there=False) for n in range(50)]
    assert not ends(*crowd)


def test_who_sees_it_later_speaks_against_them() -> None:
    gone = voices(10, 3, 5, there=False)
    assert not ends(*gone, there=voices(20, 1, 6, there=True))
    assert ends(*gone, there=voices(20, 1, 4, there=True))


def test_a_jam_that_many_see_needs_more_to_end() -> None:
    many = voices(20, 40, 3, there=True)
    assert not ends(*voices(70, 3, 5, there=False), there=many)
    assert ends(*voices(70, 9, 5, there=False), there=many)
