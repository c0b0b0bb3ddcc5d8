"""Which way the city is run here: in containers, or as processes of this machine.

Standard library only: it is asked before anything is installed.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

COMPOSE, NATIVE = "compose", "native"
MODES = (COMPOSE, NATIVE)


class UnknownMode(ValueError):
    """MODE is neither."""


def kept(state: Path) -> str | None:
    """How the stack was last started; None if it never was, or before there were two ways."""
    file = state / "mode"
    found = file.read_text().strip() if file.is_file() else None
    return found if found in MODES else None


def keep(state: Path, mode: str) -> None:
    """Remember how the stack is started."""
    state.mkdir(parents=True, exist_ok=True)
    (state / "mode").write_text(mode)


def choose(
    environment: Mapping[str, str], state: Path, docker_answers: Callable[[], bool] | None = None
) -> str:
    """What MODE says, else how it was last started, else containers where Docker answers.

    Raises UnknownMode.
    """
    asked = environment.get("MODE")
    if asked and asked not in MODES:
        raise UnknownMode(f"MODE must be {' or '.join(MODES)}, not {asked!r}")
    # a stack of before the file was kept
    before = kept(state) or (NATIVE if (state / "ports.json").exists() else None)
    if asked or before:
        return str(asked or before)
    return COMPOSE if (docker_answers or _docker_answers)() else NATIVE


def _docker_answers() -> bool:
    """Whether there is an engine, and the plugin that reads docker-compose.yml."""
    return all(_succeeds("docker", *words) for words in (("compose", "version"), ("info",)))


def _succeeds(*command: str) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
