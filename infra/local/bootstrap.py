"""First step on a new machine: system packages and `.venv`. Standard library only.

python3 infra/local/bootstrap.py [--dev]
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from infra.local import packages

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
OLDEST_PYTHON = (3, 11)
CANDIDATES = ("python3", "python3.13", "python3.12", "python3.11")


def main(arguments: list[str]) -> int:
    """Make what is missing; say what is done."""
    for_tests = "--dev" in arguments
    lock = ROOT / ("requirements-dev.lock" if for_tests else "requirements.lock")
    try:
        packages.ensure(for_tests=for_tests)
        make_venv(lock)
    except packages.CannotInstall as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def make_venv(lock: Path) -> None:
    """Create `.venv` from the lock file, unless it holds exactly that already.

    The development lock contains the runtime one, so it is never replaced by it.
    """
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if wanted in _installed():
        return
    python = _python()
    if not (VENV / "bin" / "python").exists():
        _say(f"making .venv with {python}")
        subprocess.run([python, "-m", "venv", str(VENV)], check=True)
    _say(f"installing {lock.name} (about a minute the first time)")
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    command += ["--disable-pip-version-check", "--require-hashes", "-r", str(lock)]
    if subprocess.run(command, check=False).returncode != 0:
        raise packages.CannotInstall(f"pip could not install {lock.name}; see above")
    _remember(lock, wanted)


def _installed() -> set[str]:
    stamp = VENV / "installed"
    return set(stamp.read_text().split()) if stamp.exists() else set()


def _remember(lock: Path, digest: str) -> None:
    digests = {digest}
    if lock.name == "requirements-dev.lock":
        runtime = ROOT / "requirements.lock"
        digests.add(hashlib.sha256(runtime.read_bytes()).hexdigest())
    (VENV / "installed").write_text("\n".join(sorted(digests)))


def _python() -> str:
    for name in CANDIDATES:
        path = shutil.which(name)
        if path and _version(path) >= OLDEST_PYTHON:
            return path
    raise packages.CannotInstall(
        "Python 3.11 or newer is needed. Debian/Ubuntu: apt-get install python3 python3-venv"
    )


def _version(python: str) -> tuple[int, ...]:
    code = "import sys; print(*sys.version_info[:2])"
    answer = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return tuple(int(part) for part in answer.stdout.split()) or (0,)


def _say(words: str) -> None:
    print(f"  {words} …", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
