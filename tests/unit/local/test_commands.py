"""Numbers that operators give, and those that the stack remembers."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from infra.local import __main__ as commands


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(commands, "_STATE", tmp_path)
    monkeypatch.delenv("GATEWAY_PROCESSES", raising=False)
    return tmp_path


def gateways() -> int:
    return commands._number("GATEWAY_PROCESSES", "gateways", 2, 8)


def test_given_then_kept_then_default(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert gateways() == 2
    (folder / "gateways").write_text("5")
    assert gateways() == 5
    monkeypatch.setenv("GATEWAY_PROCESSES", "")
    assert gateways() == 5
    monkeypatch.setenv("GATEWAY_PROCESSES", "8")
    assert gateways() == 8


@pytest.mark.parametrize("wrong", ["0", "9", "-1", "two", "1.5", "²", "99999999999"])
def test_a_number_out_of_bounds_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    monkeypatch.setenv("GATEWAY_PROCESSES", wrong)
    with pytest.raises(typer.Exit) as exit_:
        gateways()
    assert exit_.value.exit_code == 2
    assert "GATEWAY_PROCESSES must be a number from 1 to 8" in capsys.readouterr().err


def test_logs_of_the_gateway_are_those_of_all_its_processes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "logs").mkdir()
    for name in ("gateway-0", "gateway-1", "reports"):
        (folder / "logs" / f"{name}.log").touch()
    followed: list[str] = []
    monkeypatch.setattr(
        commands.subprocess, "run", lambda command, check: followed.extend(command[4:])
    )
    commands.logs("gateway")
    assert [Path(one).stem for one in followed] == ["gateway-0", "gateway-1"]
