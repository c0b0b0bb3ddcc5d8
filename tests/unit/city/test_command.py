"""`kota city check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from infra.kota.__main__ import build
from tests.unit.city.tiny import change


def check(*arguments: str) -> Result:
    command = ["city", "check", *arguments]
    return CliRunner().invoke(build(command), command)


def test_a_valid_pack_ends_with_0_and_counts(pack: Path) -> None:
    result = check(str(pack), "--lang", "en")
    assert result.exit_code == 0
    assert "valid city pack" in result.stdout
    assert "Kota Contoh" in result.stdout


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "areas.csv:3: [1].lat: This must be a number."),
        ("id", "areas.csv:3: [1].lat: Ini harus berupa angka."),
    ],
)
def test_mistakes_end_with_1_and_name_file_and_line(pack: Path, lang: str, line: str) -> None:
    change(pack, "areas.csv", "-3.12", "x")
    result = check(str(pack), "--lang", lang)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [line]


def test_messages_are_indonesian_unless_asked(pack: Path) -> None:
    assert "paket kota yang sah" in check(str(pack)).stdout


def test_json_of_a_valid_pack(pack: Path) -> None:
    answer = json.loads(check(str(pack), "--json").stdout)
    assert answer["valid"] is True
    assert answer["counts"]["areas"] == 3


def test_json_of_mistakes(pack: Path) -> None:
    change(pack, "areas.csv", "-3.12", "x")
    result = check(str(pack), "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["problems"] == [
        {
            "file": "areas.csv",
            "line": 3,
            "field": "[1].lat",
            "message": {"en": "This must be a number.", "id": "Ini harus berupa angka."},
        }
    ]


@pytest.mark.parametrize("name", ["nowhere", "city.yaml"])
def test_no_such_directory_ends_with_2(pack: Path, name: str) -> None:
    result = check(str(pack / name), "--lang", "en")
    assert result.exit_code == 2
    assert "is not a directory" in result.stderr
