"""Which files of the checkout a gate looks at: those that git knows, or is about to."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

_SHELL = re.compile(rb"#!.*\b(ba|da)?sh\b")


def known(root: Path) -> list[Path]:
    """All files, ignored ones left out."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    paths = (root / name for name in done.stdout.split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def dockerfiles(files: list[Path]) -> list[Path]:
    """Recipes of images."""
    return [path for path in files if path.name.startswith("Dockerfile")]


def shell_scripts(files: list[Path]) -> list[Path]:
    """What begins with a shell's name, whatever it is called."""
    return [path for path in files if _is_shell(path)]


def _is_shell(path: Path) -> bool:
    with path.open("rb") as file:
        return path.suffix in (".sh", ".bash") or bool(_SHELL.match(file.readline(200)))
