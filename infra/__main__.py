"""What the Makefile calls: `python3 -m infra up | servers | down | restart | clean | status
| logs`.

Standard library only. Each command goes to the containers or to the native stack, whichever is
asked for (MODE), else whichever was last started; see modes.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from infra import modes
from infra.docker import compose
from infra.local import bootstrap

COMMANDS = ("up", "servers", "down", "restart", "clean", "status", "logs")
STARTING = ("up", "servers")


def main(arguments: list[str]) -> int:
    """Run a command; its exit code."""
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__, file=sys.stderr)
        return 2
    state = Path(os.environ.get("KOTA_STATE") or bootstrap.ROOT / ".local")
    try:
        mode = modes.choose(os.environ, state)
    except modes.UnknownMode as problem:
        print(problem, file=sys.stderr)
        return 2
    command, *rest = arguments
    if command in STARTING:
        _stop_the_other(mode, state)
    run = _native if mode == modes.NATIVE else compose.run
    return run(command, rest, state)


def _stop_the_other(mode: str, state: Path) -> None:
    before = modes.kept(state)
    if before and before != mode:
        print(f"  stopping what runs as MODE={before}; its data stays")
        (_native if before == modes.NATIVE else compose.run)("down", [], state)


def _native(command: str, rest: list[str], state: Path) -> int:
    python = bootstrap.VENV / "bin" / "python"
    if command in STARTING:
        if bootstrap.main([]) != 0:
            return 1
        modes.keep(state, modes.NATIVE)
    if not python.exists():
        return 0
    # what is well is told by the operator's command line, which looks into everything
    words = ["./kota", "status"] if command == "status" else [str(python), "-m", "infra.local"]
    words += [] if command == "status" else [command, *rest]
    return subprocess.run(words, cwd=bootstrap.ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
