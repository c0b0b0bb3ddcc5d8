"""Where things are: by variable, else in the native stack's state folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from infra.kota.deployment import Deployment
from infra.kota.packs import Packs


@pytest.fixture
def native(tmp_path: Path) -> dict[str, str]:
    """The variables that name a state folder."""
    (tmp_path / "environment").mkdir()
    given = {"DATABASE_URL": "postgresql://a", "CITY_PACK": "/pack", "FILES_URL": "file:///f"}
    (tmp_path / "environment/reports.json").write_text(json.dumps(given))
    (tmp_path / "port").write_text("8081")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/given_SMTP_URL").write_text("smtp://kept")
    return {"KOTA_STATE": str(tmp_path)}


def test_the_native_stack(native: dict[str, str]) -> None:
    here = Deployment(native)
    assert here.is_native and here.base_url == "http://127.0.0.1:8081"
    assert here.database_url("reports") == "postgresql://a"
    assert here.city_pack == Path("/pack") and here.files_url == "file:///f"
    assert here.setting("SMTP_URL") == "smtp://kept"
    assert here.city_packs == here.state.resolve() / "city"


def test_variables_come_first(native: dict[str, str]) -> None:
    here = Deployment(
        native
        | {
            "KOTA_URL": "https://kota.example",
            "KOTA_DATABASE_URL_REPORTS": "postgresql://b",
            "KOTA_CITY_PACK": "/other",
            "AMQP_URL": "amqp://x",
            "SMTP_URL": "smtp://now",
        }
    )
    assert here.base_url == "https://kota.example" and here.amqp_url == "amqp://x"
    assert here.database_url("reports") == "postgresql://b" and here.city_pack == Path("/other")
    assert here.setting("SMTP_URL") == "smtp://now"


def test_between_containers(tmp_path: Path) -> None:
    packs, vault = tmp_path / "packs", tmp_path / "vault"
    given = {"KOTA_STATE": "/run/kota", "KOTA_CITY_PACK": "/city", "KOTA_CITY_PACKS": str(packs)}
    here = Deployment(given)
    assert here.city_packs == packs and here.city_pack == Path("/city")
    assert here.seal_keys == Path("/run/kota/keys/audit_jwks.json")
    (packs / "20260601T000000Z-abcdabcd").mkdir(parents=True)
    Packs(packs).activate("20260601T000000Z-abcdabcd")
    assert here.city_pack == packs / "active"
    # what a restore brings is in the vault before it is given out
    assert Deployment(given | {"KOTA_VAULT": str(vault)}).seal_keys.is_relative_to(vault)


@pytest.mark.parametrize(
    ("what", "variable"),
    [
        (lambda here: here.base_url, "KOTA_URL"),
        (lambda here: here.amqp_url, "AMQP_URL"),
        (lambda here: here.files_url, "KOTA_FILES_URL"),
        (lambda here: here.city_pack, "KOTA_CITY_PACK"),
        (lambda here: here.city_packs, "KOTA_CITY_PACKS"),
        (lambda here: here.owner_url("notify"), "KOTA_MIGRATION_DATABASE_URL_NOTIFY"),
    ],
)
def test_what_is_missing_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], what: object, variable: str
) -> None:
    assert callable(what)
    with pytest.raises(typer.Exit) as ended:
        what(Deployment({"KOTA_STATE": str(tmp_path)}))
    assert ended.value.exit_code == 2
    assert f"set {variable}" in capsys.readouterr().err


def test_an_unknown_service_is_refused() -> None:
    with pytest.raises(typer.BadParameter, match="one of registry"):
        Deployment({}).database_url("x")
