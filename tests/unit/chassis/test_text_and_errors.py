"""Words in two languages, and errors that survive a journey."""

from __future__ import annotations

import copy
import pickle

import pytest

from services.chassis import errors
from services.chassis.errors import DomainError, FieldError, from_data
from services.chassis.text import Text

HELLO = Text("Hello {name}", id="Halo {name}")


def test_both_languages_are_filled() -> None:
    said = HELLO.format(name=Text("city", id="kota"))
    assert (str(said), said.id) == ("Hello city", "Halo kota")
    assert said.in_language("id") == "Halo kota" and said.in_language("en") == "Hello city"


@pytest.mark.parametrize(
    "again", [copy.deepcopy, copy.copy, lambda t: pickle.loads(pickle.dumps(t))]
)
def test_copies_keep_both(again: object) -> None:
    assert again(HELLO).id == HELLO.id  # type: ignore[operator]
    assert Text.of(HELLO.data()).id == HELLO.id
    assert Text.of("plain").id == "plain"


def classes(base: type[DomainError] = DomainError) -> list[type[DomainError]]:
    return [base, *(c for sub in base.__subclasses__() for c in classes(sub))]


@pytest.mark.parametrize("error_class", [c for c in classes() if c.__module__ == errors.__name__])
def test_an_error_survives_its_journey(error_class: type[DomainError]) -> None:
    sent = error_class(HELLO, [FieldError("a.b", "required", HELLO)])
    got = from_data(sent.data())
    assert type(got) is error_class and got.data() == sent.data()


def test_an_error_of_a_newer_service_keeps_its_words() -> None:
    data = errors.NotFound(HELLO).data() | {"code": "brand_new", "status": 418}
    got = from_data(data)
    assert (got.status, got.code, got.detail.id) == (418, "brand_new", HELLO.id)


def test_unavailable_says_when_to_come_back() -> None:
    assert errors.ServiceTimeout().retry_after == 2
    assert errors.Unavailable(retry_after=9).retry_after == 9
