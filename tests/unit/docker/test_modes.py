"""In containers or natively: what is asked for, else what was, else what there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra import modes
from infra.docker.compose import is_well


def chosen(state: Path, asked: str = "", *, docker: bool) -> str:
    return modes.choose({"MODE": asked}, state, lambda: docker)


@pytest.mark.parametrize("docker", [True, False])
def test_a_fresh_machine_takes_containers_where_docker_answers(
    tmp_path: Path, docker: bool
) -> None:
    assert chosen(tmp_path, docker=docker) == ("compose" if docker else "native")


@pytest.mark.parametrize("mode", modes.MODES)
def test_what_was_started_stays_unless_another_is_asked_for(tmp_path: Path, mode: str) -> None:
    modes.keep(tmp_path / "state", mode)
    (other,) = set(modes.MODES) - {mode}
    for docker in (True, False):
        assert chosen(tmp_path / "state", docker=docker) == mode
        assert chosen(tmp_path / "state", other, docker=docker) == other


def test_a_native_stack_of_before_stays_native(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text("{}")
    assert chosen(tmp_path, docker=True) == "native"


def test_another_word_is_refused(tmp_path: Path) -> None:
    with pytest.raises(modes.UnknownMode, match="compose or native, not 'swarm'"):
        chosen(tmp_path, "swarm", docker=True)


@pytest.mark.parametrize(
    ("service", "state", "health", "code", "well"),
    [
        ("reports", "running", "healthy", 0, True),
        ("reports", "running", "starting", 0, False),
        ("reports", "exited", "", 0, False),
        ("init", "exited", "", 0, True),
        ("init", "exited", "", 1, False),
    ],
)
def test_who_is_well(service: str, state: str, health: str, code: int, well: bool) -> None:
    container = {"Service": service, "State": state, "Health": health, "ExitCode": code}
    assert is_well(container) is well
