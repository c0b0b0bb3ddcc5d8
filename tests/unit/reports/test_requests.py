"""Spans of time, and answers that arrive as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.city import Attribute, clean_answers
from services.chassis.city.answers import answers_of_form
from services.chassis.city.attributes import Choice
from services.chassis.errors import Invalid
from services.chassis.text import Text
from services.reports.lifecycle import State
from services.reports.request_contract import SUBMIT_REQUEST
from services.reports.requests import LONGEST, WORDS, span

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LABEL = Text("x", id="y")
LIST = (Choice("a", LABEL), Choice("b", LABEL))
ASKED = (
    Attribute("n", "number", False, LABEL, min=1, max=10),
    Attribute("s", "string", False, LABEL),
    Attribute("t", "datetime", False, LABEL),
    Attribute("one", "singlevaluelist", False, LABEL, LIST),
    Attribute("many", "multivaluelist", False, LABEL, LIST),
)
days = st.none() | st.integers(-400, 400).map(lambda n: NOW + timedelta(days=n))


@given(days, days)
def test_a_span_is_at_most_ninety_days(since: datetime | None, until: datetime | None) -> None:
    asked = {"since": since, "until": until}
    given_ = {name: at for name, at in asked.items() if at is not None}
    try:
        start, end = span(given_, NOW)
    except Invalid:
        assert since is not None and until is not None
        assert since > until or until - since > LONGEST
        return
    assert timedelta(0) <= end - start <= LONGEST
    assert since in (None, start) and until in (None, end)
    if not given_:
        assert end == NOW and end - start == LONGEST


@pytest.mark.parametrize(
    ("given_", "stored"),
    [
        ({"n": "2.5"}, {"n": 2.5}),
        ({"n": "10"}, {"n": 10}),
        ({"s": "10"}, {"s": "10"}),
        ({"one": ["a"]}, {"one": "a"}),
        ({"many": "a"}, {"many": ["a"]}),
        ({"many": ["a", "b"]}, {"many": ["a", "b"]}),
        ({"t": "2026-05-30T08:00:00+07:00"}, {"t": "2026-05-30T08:00:00+07:00"}),
    ],
)
def test_answers_of_a_form(given_: dict[str, Any], stored: dict[str, Any]) -> None:
    assert clean_answers(ASKED, answers_of_form(ASKED, given_)) == stored


@pytest.mark.parametrize(
    "given_",
    [{"n": "11"}, {"n": "ten"}, {"n": "nan"}, {"n": "1e1"}, {"n": ["1", "2"]}, {"one": ["a", "b"]},
     {"one": "c"}, {"many": ["a", "c"]}, {"s": ["x", "y"]}, {"t": "yesterday"}, {"z": "x"}],
)  # fmt: skip
def test_wrong_answers_are_named(given_: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        clean_answers(ASKED, answers_of_form(ASKED, given_))
    assert caught.value.errors[0].field.partition(".")[0] in given_


def test_every_state_has_words() -> None:
    assert set(WORDS) == set(State)


@pytest.mark.parametrize(
    ("text", "is_plain"),
    [("3 < 4", True), ("<3", True), ("a <", True), ("", True), ("< b >", True), ("<b>", False),
     ("</p", False), ("<!--", False), ("<?php", False), ("x<script src=y", False)],
)  # fmt: skip
def test_plain_text(text: str, is_plain: bool) -> None:
    field = SUBMIT_REQUEST.request().fields["description"]
    try:
        assert field.deserialize(text) == text.strip() and is_plain
    except Exception as error:
        assert not is_plain and "HTML" in str(error)
