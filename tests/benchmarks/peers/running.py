"""Start peers, in a virtual environment of their own where they need one."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from infra.local.state import ROOT
from tests.waiting import eventually

LOCK = Path(__file__).parent / "requirements.lock"
VENV = ROOT / ".local" / "benchmarks" / "venv"


def peers_python() -> str:
    """The Python that has what the peers need, installed when it is wanted first."""
    python, stamp = VENV / "bin" / "python", VENV / "installed"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return str(python)
    subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True)
    stamp.write_text(wanted)
    return str(python)


@contextmanager
def running(
    commands: Sequence[Sequence[str]], environment: Mapping[str, str], *, ask: str, log: Path
) -> Iterator[list[int]]:
    """Run processes, each after the other is up, until the block ends; their pids.

    ask: an address that answers with success as soon as all work.
    """
    with ExitStack() as stack, log.open("ab") as out:
        processes = [
            stack.enter_context(_process(command, environment, out)) for command in commands
        ]
        eventually(lambda: _answers(ask), 30, f"{ask}, see {log}")
        yield [process.pid for process in processes]


@contextmanager
def _process(
    command: Sequence[str], environment: Mapping[str, str], out: object
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        list(command), cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=out
    )  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
