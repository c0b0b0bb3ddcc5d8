"""Fields take what is right, and say what is wrong."""

from __future__ import annotations

import sys
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis import fields, text_fields
from services.chassis.errors import Invalid


class Inner(fields.Schema):
    value = fields.Integer(min=0, max=9, required=True)


class Sample(fields.Schema):
    line = fields.String(min=2, max=10)
    text = fields.String(max=50, multiline=True)
    number = fields.Number(min=-1, max=1)
    whole = fields.Integer(min=1, max=100)
    flag = fields.Boolean()
    word = fields.Choice(("a", "b"))
    id = fields.UUID()
    mail = text_fields.Email()
    at = fields.Timestamp()
    inner = fields.Nested(Inner)
    many = fields.List(fields.Nested(Inner), max=2)
    free = fields.Attributes(max=2)


GOOD: dict[str, list[Any]] = {
    "line": ["ab", "  ab  ", "é" * 10],
    "text": ["a\nb"],
    "number": [0, 1, -1, 0.5],
    "whole": [1, 100, "7"],
    "flag": [True, False, "true", "false"],
    "word": ["a"],
    "id": ["01a20cfc-cc25-74ef-9d87-6baafa01c839"],
    "mail": ["someone@example.org"],
    "at": ["2026-06-01T12:00:00+07:00"],
    "inner": [{"value": 1}],
    "many": [[], [{"value": 1}]],
    "free": [{}, {"a": [1]}],
}
BAD: dict[str, list[Any]] = {
    "line": ["a", "a" * 11, "a\nb", "a\x00b", 1, None, [], "\ud800x"],
    "text": ["a\x07"],
    "number": ["1", True, 1.1, None, float("nan"), float("inf"), 10**400],
    "whole": [0, 101, 1.5, True, "x", "٣", "9" * 30],
    "flag": [1, 0, "yes", None],
    "word": ["c", "", 1],
    "id": ["x", 1, "01a20cfccc2574ef9d876baafa01c839"],
    "mail": ["x", "a@b", "a" * 250 + "@example.org"],
    "at": ["2026-06-01T12:00:00", "yesterday", 1],
    "inner": [{}, {"value": 1, "more": 2}, [], "x"],
    "many": [[{"value": 1}] * 3, {}, [{"value": 99}]],
    "free": [{"a": 1, "b": 1, "c": 1}, [], {"": 1}],
}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, vs in GOOD.items() for v in vs])
def test_good(name: str, value: Any) -> None:
    assert name in fields.load(Sample, {name: value})


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, vs in BAD.items() for v in vs])
def test_bad(name: str, value: Any) -> None:
    with pytest.raises(Invalid) as caught:
        fields.load(Sample, {name: value})
    for error in caught.value.errors:
        assert error.field.split(".")[0] == name
        assert error.message.id != str(error.message)


def test_paths_and_codes() -> None:
    with pytest.raises(Invalid) as caught:
        fields.load(Sample, {"many": [{"value": 1}, {}], "nope": 1})
    found = {error.field: error.code for error in caught.value.errors}
    assert found == {"many.1.value": "required", "nope": "unknown_field"}


@pytest.mark.parametrize("data", [None, [], "x", 1])
def test_only_objects(data: Any) -> None:
    with pytest.raises(Invalid):
        fields.load(Sample, data)


@given(st.text(max_size=60))
def test_text_is_clean_or_refused(text: str) -> None:
    try:
        clean = fields.load(Sample, {"line": text})["line"]
    except Invalid:
        return
    assert 2 <= len(clean) <= 10
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in clean)


def test_control_characters_are_those_of_unicode() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    control = [c for c in everything if unicodedata.category(c) in ("Cc", "Cs")]
    assert fields.CONTROL.findall(everything) == control
    assert fields.CONTROL_IN_LINES.findall(everything) == [c for c in control if c not in "\n\r\t"]
