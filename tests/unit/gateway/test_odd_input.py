"""What no sensible client sends still gets an answer, and never a 500."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from gateway import errors, requests
from services.chassis import jsontext
from services.chassis.call import CallHeaders
from services.chassis.errors import DomainError, Malformed, Unauthenticated
from tests.unit.gateway.making import ask, make

ID = "01a20cfc-cc25-74ef-9d87-6baafa01c839"


class WritesJson:
    """A service that is reached as the real ones are: the body is written as JSON."""

    def call(self, service: str, operation: str, body: dict[str, Any], headers: CallHeaders) -> Any:
        jsontext.dumps({"args": [], "kwargs": {"body": body}})
        return {"id": ID, "version": 1}


APPLICATION = make(WritesJson())


def post(body: bytes) -> Response:
    return ask(APPLICATION, "POST", "/v1/reports", data=body, content_type="application/json")


def report_with(attributes: bytes) -> bytes:
    return (
        b'{"category":"sampah","description":"x","lat":-6.3,"long":106.7,"attributes":'
        + attributes
        + b"}"
    )


def test_a_report_with_attributes_is_taken() -> None:
    assert post(report_with(b'{"a":[1,"x",true,null,{"b":1.5}]}')).status_code == 201


def test_half_a_character_as_a_name() -> None:
    assert post(b'{"\\ud800":1}').status_code in (400, 422)


@pytest.mark.parametrize("attributes", [b'{"a":"\\ud800"}', b'{"a":{"\\udfff":1}}'])
def test_half_a_character_inside_attributes(attributes: bytes) -> None:
    assert post(report_with(attributes)).status_code in (400, 422)


@pytest.mark.parametrize("number", [b"99999999999999999999", b"-9999999999999999999"])
def test_numbers_beyond_64_bits_inside_attributes(number: bytes) -> None:
    assert post(report_with(b'{"a":%s}' % number)).status_code in (400, 422)


def test_head_takes_the_query_of_get() -> None:
    assert ask(APPLICATION, "GET", "/v1/reports?limit=5").status_code == 200
    assert ask(APPLICATION, "HEAD", "/v1/reports?limit=5").status_code == 200


def test_a_refusal_is_not_larger_than_what_was_sent() -> None:
    body = b"{" + b",".join(b'"x%d":1' % number for number in range(20_000)) + b"}"
    assert len(post(body).get_data()) <= len(body)


def test_a_written_backslash_is_not_nul() -> None:
    assert requests.parse_json(b'{"a":"\\\\u0000"}') == {"a": "\\u0000"}


@pytest.mark.parametrize(
    "path",
    ["/v1/reports?%ff=1", "/v1/reports?state=%00", "/v1/reports/%ff", "/v1/reports/%00",
     f"/v1/reports/{ID}%2F", "/v1/reports/track/%F0%9F%92%A9", "/v1/%2e%2e/reports",
     "/v1/reports?" + "a" * 5_000, "/" + "a/" * 3_000],
)  # fmt: skip
def test_odd_paths_are_4xx(path: str) -> None:
    assert 400 <= ask(APPLICATION, "GET", path).status_code < 500


NAMES = st.text(st.characters(blacklist_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_any_object_is_answered(body: dict[str, Any]) -> None:
    assert post(jsontext.dumps(body).encode()).status_code in (400, 422)


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        assert isinstance(requests.parse_json(raw), dict)
    except Malformed as refused:
        assert refused.detail.id != str(refused.detail)


@pytest.mark.parametrize("depth", [63, 64])
def test_nesting_ends_exactly_at_the_limit(depth: int) -> None:
    inside = depth - 1
    raw = b'{"a":' + b"[" * inside + b"]" * inside + b"}"
    assert requests.parse_json(raw)
    with pytest.raises(Malformed):
        requests.parse_json(b'{"a":' + b"[" * 64 + b"]" * 64 + b"}")


@pytest.mark.parametrize(
    ("given_", "version"), [(None, None), ("*", None), ('"3"', 3), ('W/"12"', 12), (' "0" ', 0)]
)
def test_if_match(given_: str | None, version: int | None) -> None:
    assert requests.if_match(given_) == version


@pytest.mark.parametrize("given_", ["", "3", '"x"', '"1", "2"', '"-1"', '"1234567890"', '"٣"x'])
def test_if_match_of_another_form(given_: str) -> None:
    with pytest.raises(Malformed):
        requests.if_match(given_)


@pytest.mark.parametrize("given_", ["Bearer", "Bearer  ", "Basic x", "x", "", "Token x"])
def test_another_authorization(given_: str) -> None:
    request = Request(EnvironBuilder(headers=[("Authorization", given_)]).get_environ())
    with pytest.raises(Unauthenticated):
        requests.bearer_token(request)


@pytest.mark.parametrize("given_", ["Bearer x.y.z", "bearer x.y.z", "BEARER   x.y.z "])
def test_a_bearer_token(given_: str) -> None:
    request = Request(EnvironBuilder(headers=[("Authorization", given_)]).get_environ())
    assert requests.bearer_token(request) == "x.y.z"


def test_own_refusals_have_codes_of_their_own() -> None:
    own = (errors.TooLarge, errors.RequestTimeout, errors.UnsupportedMediaType)
    assert len({error.code for error in own} | {DomainError.code}) == 4
