"""Which kelurahan an address names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.state import CITY_PACK
from services.chassis.city import Area, load_city
from services.reports.addresses import areas_in

AREAS = load_city(CITY_PACK).areas


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("Jalan Melati 5, Ciater, Serpong", ["Ciater"]),
        ("jl. melati 5 CIATER", ["Ciater"]),
        ("Jl. Melati, Parigi, Pondok Aren", ["Parigi"]),
        ("Jl. Melati, Parigi Baru, Pondok Aren", ["Parigi Baru"]),
        ("Jl. Melati, Pondok Jagung Timur", ["Pondok Jagung Timur"]),
        ("Rempoa, Ciputat Timur", ["Rempoa"]),
        ("Jl. Ciater Raya 7, Kel. Serpong, Serpong", ["Serpong"]),
        ("Serpong", ["Serpong"]),
        ("Jalan Serpong, Ciater", ["Ciater"]),
        ("Jl. Melati, Ciputat Timur", []),
        ("Jl. Ciaterbaru", []),
        ("Bandung", []),
        ("", []),
        ("antara Rempoa dan Jombang", ["Jombang", "Rempoa"]),
    ],
)
def test_addresses(address: str, names: list[str]) -> None:
    assert sorted(area.name for area in areas_in(address, AREAS)) == names


@pytest.mark.parametrize("area", list(AREAS), ids=lambda area: str(area.name))
def test_every_kelurahan_is_found_beside_its_kecamatan(area: Area) -> None:
    found = areas_in(f"Jalan Contoh 1, Kelurahan {area.name}, {area.district}", AREAS)
    assert found == [area]


@given(st.text(max_size=200))
def test_whatever_is_written_is_no_mishap(address: str) -> None:
    assert len(areas_in(address, AREAS)) <= len(AREAS)
