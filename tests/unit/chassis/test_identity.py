"""Numbers with check digits, cursors, tracking codes, and what a call carries."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis import call, ids
from services.chassis.call import Call, CallHeaders
from services.chassis.cursors import Cursor, page_of
from services.chassis.errors import Malformed, StaleVersion


@given(st.integers(0, 9_999_999), st.integers(0, 11), st.integers(1, 9))
def test_any_wrong_digit_is_found(serial: int, place: int, by: int) -> None:
    number = ids.public_number("LP", 2026, serial)
    assert ids.is_public_number("LP", number)
    digits = [i for i, c in enumerate(number) if c.isdigit()]
    at = digits[place]
    wrong = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    assert not ids.is_public_number("LP", wrong)


@pytest.mark.parametrize("number", ["", "LP", "LP-1-2-3", "XX-2026-0000001-2", "LP-२०२६-0000001-2"])
def test_other_forms_are_no_numbers(number: str) -> None:
    assert not ids.is_public_number("LP", number)


def test_ids_sort_by_time() -> None:
    made = [ids.new_id() for _ in range(100)]
    assert made == sorted(made) and len(set(made)) == 100


def test_a_tracking_code_hangs_on_secret_and_number() -> None:
    codes = {ids.tracking_code(s, n) for s in (b"a" * 32, b"b" * 32) for n in ("1", "2")}
    assert len(codes) == 4 and all(len(code) == 16 for code in codes)


def test_a_cursor_comes_back() -> None:
    one = ids.new_id()
    assert Cursor.read(Cursor(one).written()) == one
    assert Cursor.read(None) is None
    rows: list[dict[str, Any]] = [{"id": ids.new_id()} for _ in range(4)]
    page, after = page_of(rows, 3)
    assert len(page) == 3 and Cursor.read(after) == rows[2]["id"]
    assert page_of(rows, 4)[1] is None


@given(st.text(max_size=40))
def test_a_foreign_cursor_is_refused(text: str) -> None:
    try:
        found = Cursor.read(text)
    except Malformed:
        return
    assert found is not None and len(found) == 36


def test_if_match() -> None:
    stale = Call(headers=CallHeaders(if_match=2))
    stale.check_version(2)
    Call().check_version(7)
    with pytest.raises(StaleVersion):
        stale.check_version(3)


def test_headers_travel() -> None:
    sent = CallHeaders(authorization="t", idempotency_key="k", if_match=3, language="en",
                       request_id="r", budget_ms=7)  # fmt: skip
    assert CallHeaders.read(sent.data()) == sent
    assert CallHeaders.read({}).language == "id"


@pytest.mark.parametrize(
    "data",
    [
        {"if_match": "1"},
        {"budget_ms": "x"},
        {"idempotency_key": "a b"},
        {"idempotency_key": ""},
        {"idempotency_key": "x" * 256},
    ],
)
def test_headers_of_another_form_are_refused(data: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        CallHeaders.read(data)


def test_a_bad_traceparent_counts_as_none() -> None:
    good = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    assert call.traceparent(good) == good
    assert call.traceparent("x") is None
