"""What a client has is not sent again; what is shown otherwise than it knows, is."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.wrappers import Response

from gateway.requests import if_match
from tests.unit.gateway.making import FakeRpc, ask, make

ID = "01a20cfc-cc25-74ef-9d87-6baafa01c839"
REPORT = {"id": ID, "version": 3, "supports": 0}


def read(report: dict[str, Any], known: str | None = None) -> Response:
    headers = {"If-None-Match": known} if known else {}
    return ask(make(FakeRpc(report)), "GET", f"/v1/reports/{ID}", headers=headers)


@pytest.mark.parametrize("form", ["{}", "W/{}", '"2", {}', "*"])
def test_what_the_client_has_is_not_sent_again(form: str) -> None:
    tag = read(REPORT).headers["ETag"]
    answer = read(REPORT, form.format(tag))
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize("change", [{"supports": 1}, {"version": 4}, {"state": "verified"}])
def test_what_is_shown_otherwise_is_sent(change: dict[str, Any]) -> None:
    tag = read(REPORT).headers["ETag"]
    answer = read(REPORT | change, tag)
    assert answer.status_code == 200 and answer.headers["ETag"] != tag


def test_the_version_alone_is_not_all_that_is_shown() -> None:
    assert read(REPORT, '"3"').status_code == 200


def test_a_command_may_name_what_was_read() -> None:
    assert if_match(read(REPORT).headers["ETag"]) == 3
