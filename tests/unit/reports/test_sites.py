"""What a site is follows from its reports and what officers did, in whatever order heard of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.reports.city import ServiceLevel
from services.reports.parts import PartState
from services.reports.sites.linking import Anchor, Begun, nearest
from services.reports.sites.pack import Duty, Ranking, SiteRules
from services.reports.sites.rules import Deed, Folded, Linked, SiteState, folded

START = datetime(2026, 6, 1, tzinfo=UTC)
LEVEL = ServiceLevel(1, 3, None, True)
ORDER = {"volume": ("cart", "truck"), "kind": ("home", "toxic"), "hazards": ("smell", "fire")}
RULES = SiteRules(
    category="garbage",
    radius_m=75,
    questions={"volume": "size", "kind": "sort", "hazards": "danger", "hours": "when"},
    order=MappingProxyType(ORDER | {"hours": ("night", "day")}),
    duties=(Duty("clean", None, 0, LEVEL), Duty("enforce", "POLICE", 1, LEVEL)),
    ranking=Ranking(1, 5, {"volume": {"truck": 3}, "kind": {"toxic": 20}}),
    legal_basis=None,
    decision=True,
)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def report(name: str, made: float, resolved: float | None = None, **answers: Any) -> Linked:
    end = None if resolved is None else day(resolved)
    return Linked(name, day(made), end, -6.3, 106.7, answers)


def deed(name: str, at: float, duty: str = "") -> Deed:
    duties = {"clean": "clean", "enforce": "enforce"}
    return Deed(f"d{at}", name, duties.get(name, duty), day(at), "officer", "note")


def fold(*happened: Linked | Deed) -> Folded:
    reports = [one for one in happened if isinstance(one, Linked)]
    return folded(reports, [one for one in happened if isinstance(one, Deed)], RULES)


def test_what_is_reported_while_it_lies_there_is_the_same_pile() -> None:
    found = fold(report("a", 0), report("b", 3))
    assert (found.reports, found.recurrences, found.current.state) == (2, 0, SiteState.OPEN)
    assert found.current.opened_at == day(0) and set(found.current.parts) == {"clean"}


def test_it_is_clean_when_the_last_report_is_resolved_or_an_officer_says_so() -> None:
    waiting = fold(report("a", 0, 1), report("b", 0.5))
    assert waiting.current.state is SiteState.OPEN
    resolved = fold(report("a", 0, 1), report("b", 0.5, 2))
    assert resolved.current.cleaned_at == day(2) and resolved.current.state is SiteState.CLOSED
    said = fold(report("a", 0), deed("clean", 1))
    assert said.current.cleaned_at == day(1) and said.current.parts["clean"].answer == "note"


def test_what_is_reported_later_is_a_recurrence_for_which_others_are_asked_too() -> None:
    found = fold(report("a", 0, 1), report("b", 2))
    assert (found.recurrences, found.current.state) == (1, SiteState.OPEN)
    assert {name: part.state for name, part in found.current.parts.items()} == {
        "clean": PartState.ASKED, "enforce": PartState.ASKED}  # fmt: skip
    cleaned = fold(report("a", 0, 1), report("b", 2), deed("clean", 3))
    assert cleaned.current.state is SiteState.CLEANED and cleaned.current.enforced_at is None
    enforced = fold(report("a", 0, 1), report("b", 2), deed("enforce", 3))
    assert enforced.current.state is SiteState.OPEN and enforced.current.cleaned_at is None
    both = fold(report("a", 0, 1), report("b", 2), deed("enforce", 3), deed("clean", 4))
    assert both.current.state is SiteState.CLOSED and both.current.closed_at == day(4)


def test_what_is_still_owed_goes_on_with_its_term() -> None:
    found = fold(report("a", 0, 1), report("b", 2, 3), report("c", 4))
    assert found.recurrences == 2 and found.current.parts["enforce"].asked_at == day(2)
    assert found.current.parts["clean"].asked_at == day(4)


def test_a_reopened_report_was_never_cleaned() -> None:
    assert fold(report("a", 0, 1), report("b", 2)).recurrences == 1
    assert fold(report("a", 0), report("b", 2)).recurrences == 0


def test_closing_ends_what_is_owed() -> None:
    found = fold(report("a", 0), deed("begin", 0.5, "clean"), deed("close", 1))
    assert found.current.state is SiteState.CLOSED and found.current.cleaned_at is None
    assert found.current.parts["clean"].state is PartState.WITHDRAWN
    assert fold(report("a", 0), deed("close", 1), report("b", 2)).recurrences == 1


def test_what_is_said_of_the_pile_that_lies_there_now() -> None:
    found = fold(
        report("a", 0, 1, size="truck", danger=["fire"], when=["night"]),
        report("b", 2, size="cart", sort=["toxic", "home"], when=["night", "day"]),
        report("c", 3, size="truck", sort=["toxic"], danger="unknown"),
    )
    assert (found.volume, found.kinds, found.hazards) == ("truck", ["home", "toxic"], [])
    assert found.hours == {"night": 2, "day": 1}
    assert found.score == 2 * 1 + 5 + 3 + 20


days = st.integers(0, 12)
reports = st.builds(
    lambda made, took: (made, None if took is None else made + took),
    days, st.none() | st.integers(0, 6),
)  # fmt: skip
deeds = st.tuples(st.sampled_from(["begin", "clean", "enforce", "close"]), days)


@settings(max_examples=50, deadline=None)
@given(st.lists(reports, max_size=8), st.lists(deeds, max_size=6), st.randoms())
def test_the_order_in_which_it_is_heard_of_does_not_matter(
    made: list[Any], done: list[Any], random: Any
) -> None:
    linked = [report(f"r{n}", *one) for n, one in enumerate(made)]
    acts = [Deed(f"d{n}", name, {"clean": "clean", "enforce": "enforce"}.get(name, "clean"),
                 day(at), "officer") for n, (name, at) in enumerate(done)]  # fmt: skip
    expected = folded(linked, acts, RULES)
    assert expected.reports == len(linked)
    assert expected.recurrences == max(0, len(expected.spells) - 1)
    assert all(spell.reports and spell.settled_at for spell in expected.spells[:-1])
    for before, after in pairwise(expected.spells):
        assert before.settled_at is not None and before.settled_at < after.opened_at
    random.shuffle(linked)
    random.shuffle(acts)
    assert folded(linked, acts, RULES) == expected


# a degree of latitude is 111 km
METRE = 1 / 111_195
PILES = [(row * 150, column * 150) for row in range(3) for column in range(3)]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(range(len(PILES))), st.integers(-20, 20), st.integers(-20, 20)),
        max_size=30,
    ),
    st.randoms(),
)
def test_piles_apart_are_told_apart_in_any_order(
    thrown: list[tuple[int, int, int]], random: Any
) -> None:
    """Each within less than the radius, and farther from each other."""
    for _ in range(2):
        random.shuffle(thrown)
        anchors: list[Anchor] = []
        sites: dict[int, set[str]] = {}
        for n, (pile, north, east) in enumerate(thrown):
            lat, long = (PILES[pile][0] + north) * METRE, (PILES[pile][1] + east) * METRE
            found = nearest(lat, long, anchors, RULES.radius_m)
            if found is None:
                found = Anchor(str(n), str(n), lat, long)
                anchors.append(found)
            sites.setdefault(pile, set()).add(found.site)
        assert all(len(one) == 1 for one in sites.values())
        assert len(anchors) == len(sites)


def test_a_report_lies_on_the_nearest_of_several_and_the_older_of_two() -> None:
    one, two = (Anchor(name, name, metres * METRE, 0.0) for name, metres in (("a", 0), ("b", 60)))
    assert nearest(20 * METRE, 0.0, [one, two], 75) == one
    assert nearest(40 * METRE, 0.0, [one, two], 75) == two
    newer = Anchor("c", "c", two.lat, two.long)
    assert nearest(40 * METRE, 0.0, [newer, two, one], 75) == two


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-400, 400), max_size=20), st.integers(-400, 400))
def test_looking_by_strips_finds_what_looking_at_all_finds(begun: list[int], here: int) -> None:
    strips, anchors = Begun(RULES.radius_m), []
    for n, north in enumerate(begun):
        anchors.append(Anchor(f"{n:02}", f"{n:02}", -6.3 + north * METRE, 106.7))
        strips.add(anchors[-1])
    lat = -6.3 + here * METRE
    expected = nearest(lat, 106.7, anchors, RULES.radius_m)
    assert nearest(lat, 106.7, strips.around(lat), RULES.radius_m) == expected


def test_each_hazard_of_the_pile_makes_it_worse() -> None:
    weights = {"hazards": {"smell": 2, "fire": 10}}
    rules = replace(RULES, ranking=Ranking(1, 5, weights))
    pile = [report("a", 0, danger=["smell"]), report("b", 1, danger=["fire", "smell"])]
    assert folded(pile, [], rules).score == 2 + 2 + 10
