"""Another city pack while people use the city, and the way back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from infra.local.state import CITY_PACK
from tests.cities import City
from tests.client import Client
from tests.compose.containers import ids, kota, wait_healthy
from tests.compose.test_life import submit
from tests.composed import compose, stack
from tests.waiting import eventually

NAME, CHANGED = "Izin penyelenggaraan reklame", "Izin reklame contoh"
AGENCY = """
  - code: CONTOH
    name: {id: Dinas Contoh, en: Example Agency}
    kind: dinas
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The example city with one permit type renamed, and one agency more."""
    folder = tmp_path / "a pack"
    shutil.copytree(CITY_PACK, folder)
    change(folder / "permit_types/reklame.yaml", NAME, CHANGED)
    agencies = folder / "agencies.yaml"
    agencies.write_text(agencies.read_text() + AGENCY)
    return folder


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def permit(client: Client) -> str:
    answer = client.get("/v1/permit-types", Accept_Language="id")
    return next(str(one["name"]) for one in answer.json["items"] if one["code"] == "reklame")


def test_a_pack_with_mistakes_is_refused(city: City, pack: Path) -> None:
    change(pack / "permit_types/reklame.yaml", "agency:", "agenci:")
    refused = kota("city", "load", str(pack))
    assert refused.code == 1 and f"{pack} has " in refused.err


def test_a_pack_without_what_is_in_use_is_refused(city: City, pack: Path) -> None:
    submit(city.log_in("citizen-1"))
    for file in ("categories.yaml", "texts/responses.yaml", "sites.yaml", "collections.yaml"):
        change(pack / file, "sampah", "limbah")
    refused = kota("city", "load", str(pack))
    assert refused.code == 1 and "categories: sampah" in refused.err, refused.out + refused.err


def test_a_file_of_this_machine_is_read(city: City, tmp_path: Path) -> None:
    file = tmp_path / "some areas.geojson"
    file.write_text('{"type": "FeatureCollection", "features": []}')
    refused = kota("areas", "load", str(file), "--code-property", "kode")
    said = refused.out + refused.err
    assert refused.code == 1 and "nothing was changed" in said and file.name in said, said


def test_there_and_back(city: City, pack: Path) -> None:
    assert permit(city.guest) == NAME
    for folder in (CITY_PACK, pack):
        done = kota("city", "load", str(folder))
        assert done.code == 0 and "make restart" in done.out, done.err
    shutil.rmtree(pack)
    assert permit(city.guest) == NAME
    stack().restart()
    assert permit(city.guest) == CHANGED
    assert city.log_in("officer-contoh").get("/v1/work/reports").status == 200
    found = kota("doctor", "--json").json
    # a container of its own makes backups
    assert not [one for one in found if "pg_dump" in one["what"]]
    # a holiday may be estimated
    assert not [one for one in found if one["area"] == "city" and one["is_problem"]]

    refused = kota("city", "rollback")
    assert refused.code == 1 and "CONTOH" in refused.err
    assert kota("users", "disable", "officer-contoh").code == 0
    assert kota("city", "rollback").code == 0
    assert [one["active"] for one in kota("city", "history", "--json").json] == [True, False]
    compose("restart", "permits")
    wait_healthy("permits", len(ids("permits")))
    eventually(lambda: permit(city.guest) == NAME, what="the earlier pack")
