"""What our schemas put out is what marshmallow would."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import marshmallow as ma
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.kota.contracts import all_contracts
from services.chassis import fields
from services.chassis.dumping import QuickSchema


class Colour(StrEnum):
    """A word that is no plain str."""

    RED = "red"


ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3))
BY_FIELD: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (ma.fields.AwareDateTime, st.just("2026-06-01") | st.datetimes(timezones=st.just(UTC))),
    (ma.fields.UUID, st.uuids() | st.uuids().map(str)),
    (ma.fields.String, st.text(max_size=5) | st.just(Colour.RED)),
    (ma.fields.Integer, st.integers() | st.booleans()),
    (ma.fields.Float, st.floats(allow_nan=False) | st.integers(-9, 9) | st.booleans()),
    (ma.fields.Boolean, st.booleans()),
    (ma.fields.Dict, st.dictionaries(st.text(max_size=3), ANYTHING, max_size=2)),
]  # fmt: skip


def of_field(field: ma.fields.Field[Any]) -> st.SearchStrategy[Any]:
    if isinstance(field, ma.fields.Nested):
        return st.none() | of_schema(field.schema)
    if isinstance(field, ma.fields.List):
        return st.none() | st.lists(of_field(field.inner), max_size=2)
    found = next((made for known, made in BY_FIELD if isinstance(field, known)), ANYTHING)
    return st.none() | found


def of_schema(schema: ma.Schema) -> st.SearchStrategy[Any]:
    known = {name: of_field(field) for name, field in schema.dump_fields.items()}
    # marshmallow would take the method of a dict where a key of that name is missing
    always = {name: made for name, made in known.items() if hasattr(dict, name)}
    seldom = {name: made for name, made in known.items() if name not in always}
    return st.fixed_dictionaries(always, optional=seldom | {"something_else": st.just(1)})


def answers() -> Iterator[type[ma.Schema]]:
    for contract in all_contracts():
        for offered in contract.operations:
            yield offered.response


@settings(max_examples=15)
@given(st.data())
@pytest.mark.parametrize("schema", sorted(set(answers()), key=str), ids=lambda one: one.__name__)
def test_as_marshmallow_does(schema: type[ma.Schema], data: st.DataObject) -> None:
    known = fields.instance(schema)
    given_ = data.draw(of_schema(known))
    ours = known.dump(given_)
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(QuickSchema, "_serialize")
        theirs = known.dump(given_)
    assert ours == theirs and list(ours) == list(theirs)
    assert repr(ours) == repr(theirs)


class Odd(fields.Schema):
    """Fields that are not simply taken out."""

    named = fields.String(data_key="called")
    other = fields.String(attribute="source")
    number = ma.fields.Integer(as_string=True)
    made = ma.fields.Function(lambda given: len(given))


class Defaulted(fields.Schema):
    """A field with a default."""

    word = fields.String(dump_default="none")


def test_fields_that_are_not_simply_taken() -> None:
    given_ = {"named": "a", "source": "b", "number": 3}
    assert Odd().dump(given_) == {"called": "a", "other": "b", "number": "3", "made": 3}
    assert Odd(exclude=["made"]).dump(given_) == {"called": "a", "other": "b", "number": "3"}
    assert Defaulted().dump({}) == {"word": "none"}


def test_of_what_is_no_dict() -> None:
    class Given:
        named = "a"

    assert Odd(only=["named"]).dump(Given()) == {"called": "a"}
    assert Odd(only=["named"]).dump([{"named": "a"}], many=True) == [{"called": "a"}]


def test_what_is_missing_is_left_out() -> None:
    class Page(fields.Schema):
        items = fields.List(fields.String())

    assert Page().dump({}) == {}


def test_a_time_is_put_out_with_its_offset() -> None:
    class Timed(fields.Schema):
        at = fields.Timestamp()

    assert Timed().dump({"at": datetime(2026, 6, 1, tzinfo=UTC)}) == {
        "at": "2026-06-01T00:00:00+00:00"
    }
