"""The init job: every secret once, each container its own."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from infra.docker.init import OURS, Init
from infra.kota.packs import Packs
from infra.local.state import CITY_PACK, SERVICES
from infra.vault.needs import NEEDS
from services.chassis.city import load_city
from services.chassis.secret_settings import WELL_KNOWN
from tests.unit.city.tiny import write_pack

SMTP = "smtp://city:a'b c$d@mail.example:587"


class City:
    """What one run of the job leaves behind."""

    def __init__(self, folder: Path) -> None:
        self.secrets, self.local, self.tls = (folder / n for n in ("secrets", "local", "tls"))
        self.packs = folder / "packs"
        self.given_away: dict[str, int] = {}

    def run(self, **given: str) -> None:
        def chown(path: Path, user: int, group: int) -> None:
            assert user == group
            self.given_away[str(path)] = user

        Init(
            self.secrets, self.local, CITY_PACK, self.packs, self.tls, (7, 7), given, chown
        ).run()  # fmt: skip

    def environment(self, container: str) -> dict[str, str]:
        """As the entry script reads it."""
        file = self.secrets / container / "environment"
        done = subprocess.run(
            ["env", "-i", "sh", "-c", 'set -a; . "$0"; exec env -0', str(file)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        pairs = (line.split("=", 1) for line in done.stdout.split("\0") if line)
        return {name: value for name, value in pairs if name not in ("PWD", "_", "SHLVL", "OLDPWD")}


@pytest.fixture
def city(tmp_path: Path) -> City:
    found = City(tmp_path)
    found.run(PORT="8081", SMTP_URL=SMTP)
    return found


def contents(city: City) -> dict[Path, tuple[str, int]]:
    files = [path for path in city.secrets.rglob("*") if path.is_file()]
    return {path: (path.read_text(), path.stat().st_mode) for path in files}


def test_a_second_run_changes_nothing(city: City) -> None:
    before, logins = contents(city), (city.local / "logins.json").read_text()
    city.run(PORT="8081", SMTP_URL=SMTP)
    assert contents(city) == before
    assert (city.local / "logins.json").read_text() == logins


def test_the_accounts_are_the_checkout_owners_alone(city: City) -> None:
    logins = city.local / "logins.json"
    assert logins.stat().st_mode & 0o777 == 0o600
    assert city.given_away[str(logins)] == 7
    assert len({entry["password"] for entry in json.loads(logins.read_text())}) == 16
    assert (city.local / "port").read_text() == "8081"


def test_grafana_has_a_password_of_its_own(city: City) -> None:
    password = (city.secrets / "grafana/password").read_text()
    assert len(password) == 64
    others = [text for path, (text, _) in contents(city).items() if "grafana" not in str(path)]
    assert not any(password in text for text in others)


def test_accounts_that_are_there_stay(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.local.mkdir()
    mine = [{"role": "admin", "login": "admin", "password": "chosen long ago"}]
    (city.local / "logins.json").write_text(json.dumps(mine))
    city.run()
    assert json.loads((city.secrets / "accounts/logins.json").read_text())[0] == mine[0]


@pytest.mark.parametrize("process", NEEDS)
def test_a_process_gets_its_own_and_no_other(city: City, process: str) -> None:
    own = city.environment(process)
    assert urlsplit(own["AMQP_URL"]).username == process
    if process in SERVICES:
        assert urlsplit(own["DATABASE_URL"]).username == f"{process}_app"
        assert urlsplit(own["DATABASE_URL"]).hostname == f"database-{process}"
    assert "MIGRATION_DATABASE_URL" not in own
    assert (own.get("SMTP_URL") == SMTP) is (process == "notify")
    for name in (*NEEDS[process].keys, *NEEDS[process].public):
        assert (city.secrets / process / Path(own[name]).name).is_file()
    assert city.given_away[str(city.secrets / process / "environment")] == OURS


def test_no_secret_is_in_two_processes_but_what_they_share(city: City) -> None:
    held = [
        value
        for process in NEEDS
        for name, value in city.environment(process).items()
        if name != "UPLOAD_SECRET" and re.search(r"[0-9a-f]{64}", value)
    ]
    passwords = [re.findall(r"[0-9a-f]{64}", value)[0] for value in held]
    assert len(passwords) == len(set(passwords)) >= 5 + 4 + 3


def test_nothing_is_a_default(city: City) -> None:
    for container in (*NEEDS, "roles", "topology", "kota"):
        for value in city.environment(container).values():
            assert (urlsplit(value).password or "x") not in WELL_KNOWN
    passwords = {(city.secrets / f"database-{name}/password").read_text() for name in SERVICES}
    assert len(passwords) == 4


def test_what_nobody_else_may_read_is_closed(city: City) -> None:
    for process in NEEDS:
        folder = city.secrets / process
        assert folder.stat().st_mode & 0o777 == 0o500
        assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o400}
    vault = [city.secrets / "vault", *(city.secrets / "vault").rglob("*")]
    modes = {(path.is_dir(), path.stat().st_mode & 0o777) for path in vault}
    assert modes == {(True, 0o700), (False, 0o600)}


def test_backups_have_the_vault_and_a_folder(city: City) -> None:
    backups = city.local / "backups"
    for path in (city.secrets / "vault", city.secrets / "vault/secrets/tracking", backups):
        assert city.given_away[str(path)] == OURS
    assert backups.stat().st_mode & 0o777 == 0o700


def test_what_a_restore_left_in_the_vault_is_given_out(city: City) -> None:
    vault, mine = (
        city.secrets / "vault",
        [{"role": "admin", "login": "admin", "password": "chosen long ago"}],
    )
    (vault / "secrets/tracking").write_text("5" * 64)
    (vault / "logins.json").write_text(json.dumps(mine))
    for _ in range(2):
        city.run()
        assert city.environment("reports")["TRACKING_SECRET"] == "5" * 64
        for file in (city.local / "logins.json", city.secrets / "accounts/logins.json"):
            assert json.loads(file.read_text())[0] == mine[0]
    assert not (vault / "logins.json").exists()


def test_the_accounts_are_those_of_the_loaded_pack(tmp_path: Path) -> None:
    city = City(tmp_path)
    packs = Packs(city.packs)
    packs.activate(packs.install(write_pack(tmp_path / "tiny")))
    city.run()
    logins = json.loads((city.local / "logins.json").read_text())
    agencies = {entry["agency"] for entry in logins if entry["role"] == "officer"}
    assert agencies == set(load_city(tmp_path / "tiny").agencies)


def test_a_certificate_reaches_nginx_alone(city: City) -> None:
    assert list((city.secrets / "nginx").iterdir()) == []
    city.tls.mkdir()
    for name in ("fullchain.pem", "privkey.pem"):
        (city.tls / name).write_text(name)
    city.run()
    assert (city.secrets / "nginx/privkey.pem").read_text() == "privkey.pem"
    assert city.given_away[str(city.secrets / "nginx/privkey.pem")] == 101
    assert "SMTP_URL" not in city.environment("notify")
