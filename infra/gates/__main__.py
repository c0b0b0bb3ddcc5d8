"""`python -m infra.gates`: all gates, each named with what it found. Exit 1 if one is closed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from infra.gates import files, licences, secrets
from infra.local.state import ROOT

TOOLS = Path(sys.executable).parent
COMPOSE = "docker-compose.yml"


def dockerfiles(root: Path) -> list[str]:
    """hadolint over every Dockerfile; what it lets pass stands in .hadolint.yaml, with reasons."""
    found = files.dockerfiles(files.known(root))
    return _run([TOOLS / "hadolint", "--config", root / ".hadolint.yaml", *found]) if found else []


def shell(root: Path) -> list[str]:
    """shellcheck over every shell script."""
    found = files.shell_scripts(files.known(root))
    return _run(["shellcheck", *found]) if found else []


def compose(root: Path) -> list[str]:
    """docker-compose.yml has the form of the Compose specification."""
    tool = TOOLS / "check-jsonschema"
    return _run([tool, "--builtin-schema", "vendor.compose-spec", root / COMPOSE])


def licence(root: Path) -> list[str]:
    """Free licences only."""
    return licences.problems(root / "requirements-dev.lock")


GATES: Mapping[str, Callable[[Path], list[str]]] = {
    "Dockerfiles": dockerfiles,
    "shell scripts": shell,
    "compose file": compose,
    "licences": licence,
    "secrets": secrets.problems,
}


def _run(command: list[str | Path]) -> list[str]:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).strip().splitlines()
    return (said or [f"exit {done.returncode}"]) if done.returncode != 0 else []


def main() -> int:
    """Go through all gates."""
    closed = 0
    for name, gate in GATES.items():
        problems = gate(ROOT)
        closed += bool(problems)
        print("\n  ".join([f"{name}:", *problems] if problems else [f"{name}: ok"]))
        if problems and gate is secrets.problems:
            print('  No secret? Say so with "is_secret": false in the baseline: make baseline')
    return 1 if closed else 0


if __name__ == "__main__":
    sys.exit(main())
