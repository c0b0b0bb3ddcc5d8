"""One pack is active, whole, and the one before can come back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.kota.packs import Packs
from infra.local.state import CITY_PACK, State
from tests.unit.city.tiny import change, write_pack

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
JULY = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def packs(tmp_path: Path) -> Packs:
    return Packs(tmp_path / "state" / "city")


def test_loaded_activated_and_back(packs: Packs, tmp_path: Path) -> None:
    source = write_pack(tmp_path / "tiny")
    state = State(tmp_path / "state")
    assert packs.rows() == [] and state.city_pack == CITY_PACK
    first = packs.install(source, JUNE)
    assert [row["active"] for row in packs.rows()] == [False] and state.city_pack == CITY_PACK
    packs.activate(first)
    assert packs.active == first and state.city_pack.joinpath("city.yaml").is_file()
    change(source, "city.yaml", "Kota Contoh", "Kota Lain")
    assert "Kota Contoh" in state.city_pack.joinpath("city.yaml").read_text()
    second = packs.install(source, JULY)
    packs.activate(second)
    assert "Kota Lain" in state.city_pack.joinpath("city.yaml").read_text()
    assert packs.names() == [first, second] and packs.before() == first
    packs.activate(first)
    assert [row["active"] for row in packs.rows()] == [True, False] and packs.before() is None


def test_the_same_content_is_kept_once(packs: Packs, tmp_path: Path) -> None:
    source = write_pack(tmp_path / "tiny")
    assert packs.install(source, JUNE) == packs.install(source, JULY)


def test_what_was_not_loaded_cannot_be_active(packs: Packs) -> None:
    with pytest.raises(KeyError):
        packs.activate("20260601T000000Z-abcdabcd")
    assert packs.active is None
