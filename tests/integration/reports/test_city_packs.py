"""`kota city load` and `rollback`: a pack that lacks what is in use is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.kota.packs import Packs
from services.chassis.city import load_city
from services.chassis.database import Database
from services.reports.catalogue import Catalogue
from tests.integration.calling import Caller
from tests.integration.conftest import Urls
from tests.integration.reports.conftest import NOISE, Desk
from tests.kota import Ran, kota
from tests.unit.city.bounds import squares
from tests.unit.city.tiny import change, write_pack

ACCOUNT = """
INSERT INTO identity.account (id, login, password_hash, role, agency, created_at)
VALUES (gen_random_uuid(), 'an-officer', 'none', 'officer', 'HALL', now())"""


@dataclass
class Operator:
    """Somebody with two packs, a small one and one with a further category, and a database."""

    state: Path
    small: Path
    large: Path
    desk: Desk
    variables: dict[str, str]

    def city(self, *arguments: str) -> Ran:
        """Run `kota city`."""
        return kota(self.state, "city", *arguments, **self.variables)

    def loaded(self, pack: Path) -> str:
        """Load a pack; its name."""
        done = self.city("load", str(pack), "--json")
        assert done.code == 0, done.err
        return str(done.json["active"])

    @property
    def active(self) -> str | None:
        """The active pack."""
        return Packs(self.state / "city").active


@pytest.fixture
def operator(make_database: Callable[[str], Urls], tmp_path: Path) -> Iterator[Operator]:
    small, large = write_pack(tmp_path / "small"), write_pack(tmp_path / "large")
    change(large, "categories.yaml", "categories:\n", NOISE)
    state = tmp_path / "state"
    (state / "environment").mkdir(parents=True)
    urls = {name: make_database(name)[0] for name in ("reports", "registry")}
    variables = {f"KOTA_DATABASE_URL_{name.upper()}": url for name, url in urls.items()}
    database = Database(urls["reports"], size=2)
    desk = Desk(Caller(database), Catalogue.load(large).trusting)
    yield Operator(state, small, large, desk, variables)
    database.close()


def test_back_and_forth(operator: Operator) -> None:
    assert operator.city("rollback").code == 2
    small = operator.loaded(operator.small)
    assert operator.city("rollback").code == 2 and operator.active == small
    large = operator.loaded(operator.large)
    assert operator.active == large != small
    back = operator.city("rollback")
    assert back.code == 0 and "make restart" in back.out and operator.active == small
    again = operator.city("rollback", large, "--json")
    assert again.json == {"active": large, "restart": True} and operator.active == large
    assert operator.city("rollback", "20260101T000000Z-abcdabcd").code == 2


def test_what_reports_need_is_not_taken_away(operator: Operator) -> None:
    operator.loaded(operator.small)
    large = operator.loaded(operator.large)
    operator.desk.submit(category="noise", attributes={"since": "2026-01-01T00:00:00+07:00"})
    for arguments in (("rollback",), ("load", str(operator.small))):
        refused = operator.city(*arguments)
        assert refused.code == 1 and "categories: noise" in refused.err
        assert "nothing was changed" in refused.err and operator.active == large


def test_the_agency_of_staff_is_not_taken_away(operator: Operator) -> None:
    large = operator.loaded(operator.large)
    registry = Database(operator.variables["KOTA_DATABASE_URL_REGISTRY"], size=1)
    with registry.session() as opened:
        opened.execute(ACCOUNT)
    registry.close()
    for file in operator.small.rglob("*.yaml"):
        file.write_text(file.read_text().replace("HALL", "HOUSE"))
    refused = operator.city("load", str(operator.small))
    assert refused.code == 1 and "agencies: HALL (its staff may log in" in refused.err
    assert operator.active == large


def test_boundaries_go_into_a_copy_of_the_active_pack(operator: Operator, tmp_path: Path) -> None:
    """A file whose property has another name; refused whole with one mistake; taken back."""
    features, file = squares(), tmp_path / "kelurahan.geojson"
    for feature in features:
        feature["properties"] = {"KODE": feature["properties"]["code"], "LUAS": 1}
    before = operator.loaded(operator.large)
    arguments = ("areas", "load", str(file), "--code-property", "KODE", "--json")

    file.write_text(json.dumps({"type": "FeatureCollection", "features": features[1:]}))
    refused = kota(operator.state, *arguments, **operator.variables)
    assert refused.code == 1 and "no feature for 99.01.01.1001 (Satu)" in refused.err
    assert operator.active == before

    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    done = kota(operator.state, *arguments, **operator.variables)
    assert done.code == 0, done.err
    assert operator.active == done.json["active"] != before
    areas = load_city(operator.state / "city" / "active").areas
    assert areas.at(-3.135, 120.10) is None, "between the polygons"
    assert operator.city("rollback").code == 0 and operator.active == before
    assert load_city(operator.state / "city" / "active").areas.at(-3.135, 120.10) is not None
