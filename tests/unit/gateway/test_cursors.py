"""Cursors leave signed and come back untouched, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.gateway.making import FakeRpc, ask, make

ID = "01a20cfc-cc25-74ef-9d87-6baafa01c839"
INNER = "AZog_MwldO-dh2uq-gHIOQ=="


def next_of(path: str = "/v1/reports") -> str:
    answer = ask(make(FakeRpc({"items": [], "next": INNER})), "GET", path)
    assert answer.json is not None
    return str(answer.json["next"])


def test_there_and_back() -> None:
    rpc = FakeRpc({"items": [], "next": None})
    cursor = next_of()
    assert cursor != INNER
    answer = ask(make(rpc), "GET", "/v1/reports", query_string={"cursor": cursor})
    assert answer.status_code == 200 and rpc.calls[0][2]["cursor"] == INNER
    assert answer.json == {"items": [], "next": None}


@given(st.integers(0, 60), st.sampled_from("aZ9_-.="))
def test_any_change_is_found(position: int, letter: str) -> None:
    cursor = next_of()
    position %= len(cursor)
    changed = cursor[:position] + letter + cursor[position + 1 :]
    if changed == cursor:
        return
    rpc = FakeRpc({"items": [], "next": None})
    answer = ask(make(rpc), "GET", "/v1/reports", query_string={"cursor": changed})
    assert answer.status_code == 400 and not rpc.calls


@pytest.mark.parametrize("cursor", [INNER, "x", "", ".", "é.x"])
def test_what_was_never_signed(cursor: str) -> None:
    answer = ask(make(FakeRpc()), "GET", "/v1/reports", query_string={"cursor": cursor})
    assert answer.status_code == 400


def test_one_list_does_not_take_the_cursor_of_another() -> None:
    answer = ask(
        make(FakeRpc({"items": [], "next": None})), "GET", "/v1/notifications",
        query_string={"cursor": next_of()}, headers={"Authorization": "Bearer citizen"},
    )  # fmt: skip
    assert answer.status_code == 400
