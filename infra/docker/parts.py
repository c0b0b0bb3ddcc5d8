"""Which files each image holds. Standard library only: the build runs it.

python infra/docker/parts.py PART FOLDER

A service holds the chassis, itself, and of the others what their contracts are made of; the gateway
likewise; `kota`, the operator's image, holds everything.
"""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SERVICES = ("registry", "reports", "notify", "permits")
PARTS = (*SERVICES, "gateway", "kota")


def files_of(part: str) -> list[Path]:
    """The files of an image, relative to the repository. Raises KeyError for an unknown part."""
    if part not in PARTS:
        raise KeyError(part)
    if part == "kota":
        return sorted(file for top in ("services", "gateway", "infra") for file in _below(top))
    own = "gateway" if part == "gateway" else f"services/{part}"
    return sorted({Path("services/__init__.py"), *_below("services/chassis"), *_below(own)}
                  | _contracts())  # fmt: skip


def copy(part: str, folder: Path) -> None:
    """Put the part's files into a folder, readable by everybody whatever they are here."""
    for file in files_of(part):
        there = folder / file
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, there)
        there.chmod(0o644)


def _below(top: str) -> Iterator[Path]:
    for file in (ROOT / top).rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".md":
            yield file.relative_to(ROOT)


def _contracts() -> set[Path]:
    """Every service's contract, and what it imports of its own service."""
    found: set[Path] = set()
    waiting = [Path("services", name, "contract.py") for name in SERVICES]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found |= {file, file.parent / "__init__.py"}
            waiting += _imported(file)
    return found


def _imported(file: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("services."):
            base = Path(*str(node.module).split("."))
            for path in (base, *(base / alias.name for alias in node.names)):
                if (ROOT / path).with_suffix(".py").is_file():
                    yield path.with_suffix(".py")


def main(arguments: list[str]) -> int:
    """Copy a part."""
    if len(arguments) != 2 or arguments[0] not in PARTS:
        print(__doc__, file=sys.stderr)
        return 2
    copy(arguments[0], Path(arguments[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
