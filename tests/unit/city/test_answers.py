"""Answers to the questions of a category or a form."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.city import Attribute, Choice, answers_schema, clean_answers
from services.chassis.errors import Invalid
from services.chassis.text import Text

LABEL = Text("Question", id="Pertanyaan")
CHOICES = (Choice("a", LABEL), Choice("b", LABEL))
ASKED = (
    Attribute("name", "string", True, LABEL),
    Attribute("story", "text", False, LABEL),
    Attribute("size", "number", False, LABEL, min=1, max=10),
    Attribute("when", "datetime", False, LABEL),
    Attribute("one", "singlevaluelist", False, LABEL, CHOICES),
    Attribute("some", "multivaluelist", False, LABEL, CHOICES),
)
GOOD = {
    "name": "x",
    "story": "a\nb",
    "size": 2.5,
    "when": "2026-01-02T03:04:05+07:00",
    "one": "a",
    "some": ["a", "b"],
}


def test_right_answers_are_kept() -> None:
    assert clean_answers(ASKED, GOOD) == GOOD


def test_what_is_not_required_may_be_left_out() -> None:
    assert clean_answers(ASKED, {"name": "x"}) == {"name": "x"}


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "x", "other": 1}, "other"),
        ({"name": "x", "size": 0}, "size"),
        ({"name": "x", "size": "2"}, "size"),
        ({"name": "x", "when": "yesterday"}, "when"),
        ({"name": "x", "one": "c"}, "one"),
        ({"name": "x", "some": ["a", "c"]}, "some.1"),
        ({"name": "x", "some": ["a", "b", "a"]}, "some"),
    ],
)
def test_wrong_answers_are_named(answers: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as raised:
        clean_answers(ASKED, answers)
    assert [error.field for error in raised.value.errors] == [field]


def test_a_draft_requires_nothing() -> None:
    assert answers_schema(ASKED, partial=True).load({}) == {}
