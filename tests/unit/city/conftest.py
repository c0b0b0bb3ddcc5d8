"""The tiny city, fresh for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.city.tiny import write_pack


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The directory of a valid pack that the test may break."""
    return write_pack(tmp_path / "tiny")
