"""Keys come and go as files, or by stdin and stdout where files are not seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from infra.kota.__main__ import build
from infra.kota.backup import sealing

STRANGER = "AGE-SECRET"


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(build([*arguments]), [*arguments], input=stdin)


def test_a_key_pair_by_stdout() -> None:
    made = run("backup", "keygen", "-")
    assert made.exit_code == 0 and len(sealing.identities(made.stdout)) == 1
    assert made.stderr.strip() == made.stdout.splitlines()[0].removeprefix(sealing.PUBLIC_MARK)
    assert STRANGER not in made.stderr


def test_a_key_pair_as_a_file_that_is_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "key"
    made = run("backup", "keygen", str(file))
    assert STRANGER not in made.stdout and file.stat().st_mode & 0o077 == 0
    before = file.read_text()
    refused = run("backup", "keygen", str(file))
    assert refused.exit_code == 1 and file.read_text() == before


@pytest.mark.parametrize("command", [["backup", "verify"], ["restore"]])
def test_a_key_that_is_not_seen(tmp_path: Path, command: list[str]) -> None:
    refused = run(*command, "-i", "/nowhere/key", "--in", str(tmp_path), "20260601T000000Z")
    assert refused.exit_code == 2 and "-i - < /nowhere/key" in refused.stderr


def test_nobody_is_asked_where_the_key_comes_from_stdin(tmp_path: Path) -> None:
    refused = run("restore", "-i", "-", "--in", str(tmp_path), "--replace")
    assert refused.exit_code == 2 and "--confirm ID" in refused.stderr
