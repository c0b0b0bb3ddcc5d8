"""A state folder of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.state import State


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    """A fresh state; no server of the surroundings plays a part."""
    for name in ("POSTGRES_ADMIN_URL", "AMQP_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    state = State(tmp_path / "state")
    state.prepare()
    return state
