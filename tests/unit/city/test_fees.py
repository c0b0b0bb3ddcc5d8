"""What makes a fee formula wrong."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.city import Attribute, Choice
from services.chassis.text import Text
from services.permits.fees import formula_problems

LABEL = Text("Question", id="Pertanyaan")
FORM = {
    "days": Attribute("days", "number", True, LABEL),
    "extra": Attribute("extra", "number", False, LABEL),
    "kind": Attribute("kind", "singlevaluelist", True, LABEL, (Choice("a", LABEL),)),
}


def deep(levels: int) -> dict[str, Any]:
    node: dict[str, Any] = {"constant": 1}
    for _ in range(levels):
        node = {"add": [node, {"constant": 1}]}
    return node


@pytest.mark.parametrize(
    "formula",
    [
        {"constant": 5},
        {"field": "days"},
        {"lookup": {"field": "kind", "values": {"a": 0.5}}},
        {"max": [{"constant": 1}, {"multiply": [{"field": "days"}, {"constant": 2}]}]},
        deep(9),
    ],
)
def test_right_formulas(formula: dict[str, Any]) -> None:
    assert list(formula_problems(formula, FORM)) == []


@pytest.mark.parametrize(
    ("formula", "path"),
    [
        ("days * 2", ()),
        ({}, ()),
        ({"constant": 1, "field": "days"}, ()),
        ({"constant": "1"}, ("constant",)),
        ({"constant": True}, ("constant",)),
        ({"constant": float("inf")}, ("constant",)),
        ({"field": "extra"}, ("field",)),
        ({"field": "kind"}, ("field",)),
        ({"field": ["days"]}, ("field",)),
        ({"add": [{"constant": 1}]}, ("add",)),
        ({"add": [{"constant": 1}, 2]}, ("add", 1)),
        ({"lookup": {"field": "kind"}}, ("lookup",)),
        ({"lookup": {"field": "days", "values": {}}}, ("lookup", "field")),
        ({"lookup": {"field": "kind", "values": []}}, ("lookup", "values")),
    ],
)
def test_wrong_formulas_are_named_with_their_place(formula: Any, path: tuple[Any, ...]) -> None:
    assert [place for place, _ in formula_problems(formula, FORM)] == [path]


def test_a_formula_has_a_bounded_depth() -> None:
    assert "nested too deeply" in next(formula_problems(deep(50), FORM))[1]
