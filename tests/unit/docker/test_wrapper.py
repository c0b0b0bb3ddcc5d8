"""`./kota` where the city runs in containers: which container, and what it is shown."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from infra.local.state import ROOT

# in place of the engine: says what it was asked for
DOCKER = '#!/bin/sh\nfor word; do echo "$word"; done\n'


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state folder of a city in containers, and an engine beside it."""
    (tmp_path / "mode").write_text("compose")
    (tmp_path / "bin").mkdir()
    docker = tmp_path / "bin/docker"
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    return tmp_path


def asked(state: Path, *arguments: str, cwd: Path = ROOT) -> list[str]:
    """What follows the options of `docker compose run` that are always the same."""
    environment = {"PATH": f"{state / 'bin'}:{os.defpath}", "KOTA_STATE": str(state)}
    done = subprocess.run(
        [ROOT / "kota", *arguments],
        env=environment, cwd=cwd, capture_output=True, text=True, check=True, input="",
    )  # fmt: skip
    words = done.stdout.splitlines()
    assert words[:7] == ["compose", "--progress", "quiet", "run", "--rm", "--no-deps", "-T"]
    return words[7:]


@pytest.mark.parametrize(
    ("given", "container"),
    [
        (("status", "--json"), ["kota", "status", "--json"]),
        (("backup",), ["backup"]),
        (("backup", "--keep", "14"), ["backup", "--keep", "14"]),
        (("restore", "-i", "-"), ["restore", "-i", "-"]),
        (("city", "history"), ["kota", "city", "history"]),
        (("users", "add", "a b", "citizen"), ["kota", "users", "add", "a b", "citizen"]),
    ],
)
def test_each_command_has_its_container(
    state: Path, given: tuple[str, ...], container: list[str]
) -> None:
    assert asked(state, *given) == container


def test_a_pack_is_shown_under_its_own_name(state: Path) -> None:
    pack = state / "our pack"
    pack.mkdir()
    wanted = [f"--volume={pack}:{pack}:ro", "kota", "city", "load", "--json", str(pack)]
    assert asked(state, "city", "load", "--json", str(pack)) == wanted
    # whatever lies where the command is given
    for name in ("city", "load"):
        (state / name).mkdir()
    assert asked(state, "city", "load", "--json", "our pack", cwd=state) == wanted


def test_what_is_no_folder_is_left_to_the_command(state: Path) -> None:
    wanted = ["kota", "city", "load", "/nowhere/at/all"]
    assert asked(state, "city", "load", "/nowhere/at/all") == wanted
