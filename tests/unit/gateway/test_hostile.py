"""Input that is meant to hurt, or simply odd."""

from __future__ import annotations

import pytest

from gateway import requests, responses
from services.chassis.errors import FieldError, Invalid, Malformed
from services.chassis.text import Text


@pytest.mark.parametrize(
    "raw",
    [
        b'{"\\ud800":1}',
        b'{"a":{"b":["\\udfff"]}}',
        b'{"a\\u0000":1}',
        b'{"a":9223372036854775808}',
        b'{"a":-99999999999999999999}',
    ],
)
def test_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        requests.parse_json(raw)


def test_a_written_backslash_and_whole_pairs_are_text() -> None:
    assert requests.parse_json(b'{"a":"\\\\u0000"}') == {"a": "\\u0000"}
    assert requests.parse_json(b'{"a":"\\ud83d\\ude00"}') == {"a": "\U0001f600"}
    assert requests.parse_json(b'{"a":9223372036854775807}')["a"] == 2**63 - 1


def test_a_problem_stays_small() -> None:
    words = Text("Wrong.", id="Salah.")
    errors = [FieldError("x" * 10_000, "unknown_field", words) for _ in range(1_000)]
    response = responses.problem(Invalid(errors=errors), "en", "r")
    assert len(response.get_data()) < 20_000
