"""The table of settings is made from the code that reads them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infra.kota import settings
from infra.kota.__main__ import build

HANDBOOK = Path("infra/README.md")


def test_the_handbook_has_the_table_as_it_is() -> None:
    assert settings.handbook(HANDBOOK) == HANDBOOK.read_text(), "run: make docs"


@pytest.mark.parametrize("process", settings.PROCESSES)
def test_every_setting_is_described_for_each_process_that_reads_it(process: str) -> None:
    fields = dataclasses.fields(settings.PROCESSES[process])
    described = [one.variable for one in settings.described() if process in one.processes]
    assert sorted(described) == sorted(field.name.upper() for field in fields)


def test_what_is_read_differently_stands_there_twice() -> None:
    workers = [one for one in settings.described() if one.variable == "WORKERS"]
    assert [(one.readers, one.default) for one in workers] == [
        ("all services", "32"),
        ("gateway", "128"),
    ]


def test_nothing_in_a_row_ends_its_cell() -> None:
    odd = settings.Described("A", "x | y", None, "z", ("gateway",))
    assert "| x \\| y | required |" in settings.as_markdown([odd])


def test_a_document_without_a_place_for_it_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text("words")
    with pytest.raises(ValueError, match="no place"):
        settings.handbook(document)


def test_the_command_prints_json_for_one_process() -> None:
    done = CliRunner().invoke(build(["settings"]), ["settings", "permits", "--json"])
    assert {one["variable"] for one in json.loads(done.output)} >= {"DATABASE_URL", "AMQP_URL"}


def test_an_unknown_process_is_named() -> None:
    done = CliRunner().invoke(build(["settings"]), ["settings", "permit"])
    assert done.exit_code == 2 and "permit" in done.output
