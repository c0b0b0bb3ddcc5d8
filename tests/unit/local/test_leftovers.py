"""Only what bears the mark of this very state folder is found and ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.local import leftovers
from infra.local.state import State

SLEEPS = "print('up', flush=True); import time; time.sleep(60)"
IGNORES = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPS}"
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts Python processes in an environment; none is left behind."""
    made: list[subprocess.Popen[bytes]] = []

    def run(environment: dict[str, str], code: str = SLEEPS) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE
        )
        made.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        return process

    yield run
    for process in made:
        process.kill()
        process.communicate()


def test_ours_are_ended_and_nobody_else(state: State, tmp_path: Path, start: Start) -> None:
    ours = start(leftovers.marked(state))
    longer = State(tmp_path / "state-2")
    others = [start(dict(os.environ)), start(leftovers.marked(longer))]
    others.append(start({**os.environ, "NOT_" + leftovers.MARK: str(state.folder.resolve())}))
    assert len(leftovers.find(state)) == 1
    assert len(leftovers.end(state)) == 1
    assert ours.wait(5) == -15
    assert leftovers.find(state) == [] == leftovers.end(state)
    assert [other.poll() for other in others] == [None, None, None]


def test_who_does_not_listen_is_killed(
    state: State, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "_POLITE_SECONDS", 0.2)
    stubborn = start(leftovers.marked(state), IGNORES)
    leftovers.end(state)
    assert stubborn.wait(5) == -9


def test_a_state_reached_by_another_path_is_the_same(
    state: State, tmp_path: Path, start: Start
) -> None:
    start(leftovers.marked(state))
    (tmp_path / "link").symlink_to(state.folder)
    assert len(leftovers.find(State(tmp_path / "link"))) == 1


def test_we_ourselves_are_never_found(state: State) -> None:
    code = (
        "from pathlib import Path; from infra.local import leftovers;"
        "from infra.local.state import State;"
        f"print(leftovers.end(State(Path({str(state.folder)!r}))))"
    )
    # the shell between is above the one who looks, and bears the mark too
    done = subprocess.run(
        ["sh", "-c", '"$0" -c "$1"; true', sys.executable, code],
        env=leftovers.marked(state), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


def test_services_do_not_hear_who_the_superuser_is(state: State) -> None:
    found = leftovers.marked(state, {"POSTGRES_ADMIN_URL": "x", "PATH": "/bin"})
    assert found == {"PATH": "/bin", leftovers.MARK: str(state.folder.resolve())}
