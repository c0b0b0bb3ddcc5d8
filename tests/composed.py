"""The city in containers, as end-to-end tests and those of the deployment use it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from infra.docker.compose import Stack
from infra.local.state import ROOT
from tests.cities import City
from tests.place import free_port

# `make compose-test` sets it
IS_ASKED_FOR = os.environ.get("KOTA_TEST_MODE") == "compose"
FOLDER = ROOT / ".local" / "compose-test"
PROJECT = "kota-test"


def docker(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a docker command; what it said."""
    return subprocess.run(
        ["docker", *arguments], cwd=ROOT, capture_output=True, text=True, check=check
    )


def compose(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command of Docker Compose on the tests' own project."""
    return docker("compose", "--progress", "quiet", *arguments, check=check)


def start(knobs: dict[str, str]) -> City:
    """Bring up a fresh project of our own beside whatever runs here."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    settings = FOLDER / "settings.env"
    settings.write_text("".join(f"{name}={value}\n" for name, value in knobs.items()))
    port = free_port()
    # `./kota` and `docker compose` in tests are to mean this project, too
    os.environ |= {
        "COMPOSE_PROJECT_NAME": PROJECT,
        "COMPOSE_PROFILES": "mail",
        "KOTA_STATE": str(FOLDER),
        "KOTA_VERSION": "test",
        "PORT": str(port),
        "SETTINGS_FILE": str(settings),
    }
    stack().clean()
    stack().up()
    return City(f"http://127.0.0.1:{port}", FOLDER, _mail)


@cache
def stack() -> Stack:
    """The project, for what `make` does with it."""
    return Stack(FOLDER)


def _mail() -> Path:
    folder = Path(tempfile.mkdtemp(dir=FOLDER)) / "box"
    compose("cp", "mail:/mail/box", str(folder), check=False)
    return folder
