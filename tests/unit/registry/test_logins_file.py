"""Every mistake in a logins file is told, without a password."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.registry.provision import read_logins

SECRET = "never to be printed"
CITIZEN = {"role": "citizen", "login": "citizen-1", "password": SECRET}
OFFICER = {"role": "officer", "agency": "HALL", "login": "officer-1", "password": SECRET}


def read(folder: Path, content: Any) -> list[dict[str, Any]]:
    file = folder / "logins.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return read_logins(file, ["HALL"])


def test_entries_come_in_their_clean_form(tmp_path: Path) -> None:
    decomposed = CITIZEN | {"login": " citizen-1 ", "password": "cafe\u0301 " * 3}
    assert read(tmp_path, [OFFICER, decomposed]) == [
        OFFICER,
        CITIZEN | {"password": "café " * 3},
    ]
    assert read(tmp_path, []) == []


@pytest.mark.parametrize("content", ["", "{", "{}", "null", '"x"'])
def test_it_must_be_a_json_list(tmp_path: Path, content: str) -> None:
    with pytest.raises(ValueError):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (7, "entry 2: "),
        ({**CITIZEN, "role": "king"}, "role"),
        ({**CITIZEN, "role": "guest"}, "role"),
        ({**CITIZEN, "role": "system"}, "role"),
        ({**CITIZEN, "password": "short"}, "password"),
        ({**CITIZEN, "login": "ab"}, "login"),
        ({**CITIZEN, "name": "Budi"}, "name"),
        ({**CITIZEN, "agency": "HALL"}, "agency"),
        ({**OFFICER, "agency": "NOPE"}, "agency"),
        ({"role": "supervisor", "login": "sup", "password": SECRET}, "agency"),
        ({**OFFICER, "login": "OFFICER-1 "}, "login"),
    ],
)
def test_each_mistake_is_told(tmp_path: Path, entry: Any, field: str) -> None:
    with pytest.raises(ValueError) as told:
        read(tmp_path, [OFFICER, entry])
    assert "entry 2" in str(told.value) and field in str(told.value)
    assert SECRET not in str(told.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError) as told:
        read(tmp_path, [{}, CITIZEN, CITIZEN])
    assert [line.split(":")[1].strip() for line in str(told.value).splitlines()] == [
        "login", "password", "role", "login",
    ]  # fmt: skip
