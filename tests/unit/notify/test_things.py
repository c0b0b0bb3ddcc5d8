"""What is told to those who follow an incident or a site: what differs, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify import things
from services.notify.domain import MESSAGE_KEYS, THING_NEWS
from services.notify.things import BACK, CHANGED, ENDED, MERGED, SPLIT, Thing

JAM = Thing("incident:1", 3, "kemacetan", None, "live", 2, "minor", told_reports=2)
PILE = Thing("site:1", 3, "sampah", None, "open", 2, told_reports=2)


def test_each_has_a_text() -> None:
    told = {CHANGED, ENDED, MERGED, SPLIT, BACK}
    assert told <= {*THING_NEWS} and {f"{key}.topic" for key in THING_NEWS} <= {*MESSAGE_KEYS}


@pytest.mark.parametrize(
    ("now", "split_from", "told"),
    [
        (replace(JAM, reports=3), None, None),
        (replace(JAM, reports=4), None, CHANGED),
        (replace(JAM, reports=1), None, None),
        (replace(JAM, severity="major"), None, CHANGED),
        (replace(JAM, state="ended"), None, ENDED),
        (replace(JAM, state="ended", merged_into="incident:2"), None, MERGED),
        (JAM, "2", SPLIT),
    ],
)
def test_of_an_incident(now: Thing, split_from: str | None, told: str | None) -> None:
    assert things.incident_news(JAM, now, split_from) == told


def test_what_is_heard_first_is_no_news_unless_it_is_the_end() -> None:
    assert things.incident_news(None, JAM, None) is None
    assert things.incident_news(None, replace(JAM, state="ended"), None) == ENDED


@pytest.mark.parametrize(
    ("before", "now", "happened", "told"),
    [
        (PILE, replace(PILE, reports=9), "site.reported", None),
        (PILE, replace(PILE, state="cleaned"), "site.cleaned", "site.cleaned"),
        (PILE, replace(PILE, state="closed"), "site.closed", "site.closed"),
        (PILE, PILE, "site.enforced", "site.enforced"),
        (PILE, replace(PILE, merged_into="site:2", reports=0), "site.merged", "site.merged"),
        (replace(PILE, state="cleaned"), PILE, "site.recurred", BACK),
        (replace(PILE, state="closed"), PILE, "site.changed", BACK),
        (replace(PILE, state="cleaned"), PILE, "site.reported", BACK),
        (replace(PILE, state="cleaned"), replace(PILE, state="closed"), "site.changed", None),
        (PILE, PILE, "site.begun", None),
        (replace(PILE, state="cleaned"), PILE, "site.overdue", None),
        (None, PILE, "site.changed", None),
        (PILE, replace(PILE, reports=0), "site.cleaned", None),
    ],
)
def test_of_a_site(before: Thing | None, now: Thing, happened: str, told: str | None) -> None:
    assert things.site_news(before, now, happened) == told


@given(counts=st.lists(st.integers(1, 5_000), max_size=60))
def test_a_crowd_is_told_of_by_doublings(counts: list[int]) -> None:
    """However many report it one by one, its followers hear of it a dozen times."""
    before, told = replace(JAM, reports=1, told_reports=1), 0
    for count in sorted(counts):
        now = replace(JAM, reports=count, told_reports=count)
        news = things.incident_news(before, now, None)
        assert (news is None) == (count < 2 * before.told_reports)
        before, told = things.heard(before, now, news), told + (news is not None)
    assert told <= 12
