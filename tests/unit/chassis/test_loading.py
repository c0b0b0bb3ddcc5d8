"""What our schemas take in, and what they refuse with which words, is what marshmallow would."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import marshmallow as ma
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.kota.contracts import all_contracts
from services.chassis import fields
from services.chassis.envelope import EnvelopeSchema
from services.chassis.loading import QuickLoading

SELDOM: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.just([])
)


def of_field(field: ma.fields.Field[Any]) -> st.SearchStrategy[Any]:
    """Mostly what the field takes."""
    return st.integers(0, 15).flatmap(lambda number: right_for(field) if number else SELDOM)


def right_for(field: ma.fields.Field[Any]) -> st.SearchStrategy[Any]:
    if isinstance(field, ma.fields.Nested):
        return st.lists(of_schema(field.schema), max_size=2) if field.many else of_schema(
            field.schema)  # fmt: skip
    if isinstance(field, ma.fields.List):
        return st.lists(of_field(field.inner), min_size=1, max_size=2)
    if isinstance(field, fields.Choice):
        return st.sampled_from(field.choices)
    if isinstance(field, fields.Integer):
        return st.integers(field.min, field.max)
    if isinstance(field, ma.fields.Float):
        return st.integers(0, 90) | st.floats(0, 90)
    if isinstance(field, fields.String):
        return st.text(min_size=field.min, max_size=field.min + 3)
    return st.one_of(
        st.uuids().map(str), st.just("2026-06-01T00:00:00+07:00"), st.booleans(),
        st.dictionaries(st.text(min_size=1, max_size=3), st.integers(), max_size=2),
    )  # fmt: skip


def of_schema(schema: ma.Schema) -> st.SearchStrategy[Any]:
    known = {field.data_key or name: field for name, field in schema.load_fields.items()}
    must = {name: of_field(field) for name, field in known.items() if field.required}
    may = {name: of_field(field) for name, field in known.items() if not field.required}
    whole = st.fixed_dictionaries(must, optional=may)
    return whole | whole | st.fixed_dictionaries({}, optional=must | may | {"else": st.just(1)})


def taken_in() -> Iterator[type[ma.Schema]]:
    yield EnvelopeSchema
    for contract in all_contracts():
        for offered in contract.operations:
            yield offered.request
        for event in contract.events:
            yield event.data


def outcome(schema: ma.Schema, data: Any, unknown: Any) -> tuple[str, str]:
    try:
        return "taken", repr(schema.load(data, unknown=unknown))
    except ma.ValidationError as error:
        return "refused", repr((error.messages, error.valid_data))


@settings(max_examples=15)
@given(st.data())
@pytest.mark.parametrize("schema", sorted(set(taken_in()), key=str), ids=lambda one: one.__name__)
def test_as_marshmallow_does(schema: type[ma.Schema], data: st.DataObject) -> None:
    known = fields.instance(schema)
    given_ = data.draw(of_schema(known))
    unknown = data.draw(st.sampled_from([None, ma.EXCLUDE, ma.INCLUDE]))
    ours = outcome(known, given_, unknown)
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(QuickLoading, "_deserialize")
        theirs = outcome(known, given_, unknown)
    assert ours == theirs


class Odd(fields.Schema):
    """Fields that are not simply taken out."""

    called = fields.String(data_key="named", required=True)
    renamed = fields.Integer(min=0, max=9, attribute="number")
    word = fields.String(load_default="none")
    words = fields.List(fields.String(), load_default=list)
    maybe = fields.String(allow_none=True)
    even = ma.fields.Integer(validate=ma.validate.OneOf([0, 2, 4]))
    lower = ma.fields.String(pre_load=[str.lower])


class Deep(Odd):
    """One that goes into an object of its own."""

    inner = fields.String(attribute="outer.inner")


PLAIN = {"called": "a", "word": "none", "words": []}


@pytest.mark.parametrize("excluded", [["lower"], []])
@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        ({"named": "a"}, PLAIN),
        ({"named": "a", "renamed": 3, "even": 2}, PLAIN | {"number": 3, "even": 2}),
        ({"named": "a", "maybe": None, "word": "b"}, PLAIN | {"maybe": None, "word": "b"}),
    ],
)
def test_fields_with_names_and_defaults_of_their_own(
    excluded: list[str], given_: dict[str, Any], wanted: dict[str, Any]
) -> None:
    assert Odd(exclude=excluded).load(given_) == wanted


def test_what_is_made_anew_is_not_shared() -> None:
    schema = Odd(exclude=["lower"])
    assert schema.load({"named": "a"})["words"] is not schema.load({"named": "a"})["words"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"named": None}, {"renamed": 10}, {"renamed": "x"}, {"even": 3}, {"word": None},
        {"other": 1}, {"words": [1]},
    ],
)  # fmt: skip
def test_one_thing_that_is_wrong_is_told(wrong: dict[str, Any]) -> None:
    with pytest.raises(ma.ValidationError) as refused:
        Odd(exclude=["lower"]).load({"named": "a"} | wrong)
    assert set(refused.value.messages) == set(wrong)


def test_what_must_be_there_and_is_not_is_told() -> None:
    with pytest.raises(ma.ValidationError) as refused:
        Odd(exclude=["lower"]).load({})
    assert set(refused.value.messages) == {"named"}


def test_what_is_wrong_is_told_all_at_once() -> None:
    with pytest.raises(ma.ValidationError) as refused:
        Odd(exclude=["lower"]).load({"renamed": 10, "even": 3, "word": None, "other": 1})
    assert set(refused.value.messages) == {"named", "renamed", "even", "word", "other"}


def test_fields_that_are_asked_for_each_value() -> None:
    assert Odd().load({"named": "a", "lower": "B"}) == PLAIN | {"lower": "b"}
    assert Deep().load({"named": "a", "inner": "b"}) == PLAIN | {"outer": {"inner": "b"}}
    assert Odd().load([{"named": "a"}], many=True) == [PLAIN]
    assert Odd(partial=True).load({}) == {}


class Another(str):
    """A str that is no plain one, so that it goes the long way."""


@given(
    st.text(max_size=12) | st.text(st.characters(codec="ascii"), max_size=12),
    st.integers(0, 2), st.integers(2, 9), st.booleans(),
)  # fmt: skip
def test_plain_text_is_what_the_long_way_makes_of_it(
    text: str, least: int, most: int, strip: bool
) -> None:
    field = fields.String(min=least, max=most, strip=strip)

    def taken(value: str) -> str:
        try:
            return str(field.deserialize(value))
        except ma.ValidationError as error:
            return repr(error.messages)

    assert taken(text) == taken(Another(text))


@given(st.uuids(), st.booleans())
def test_a_uuid_comes_in_as_its_canonical_text(value: UUID, is_upper: bool) -> None:
    given_ = str(value).upper() if is_upper else str(value)
    assert fields.UUID().deserialize(given_) == str(value)


@pytest.mark.parametrize("wrong", ["0" * 36, "g" * 8 + "-0000-0000-0000-" + "0" * 12, "", 7, None])
def test_what_is_no_uuid_is_refused(wrong: Any) -> None:
    with pytest.raises(ma.ValidationError):
        fields.UUID().deserialize(wrong)
