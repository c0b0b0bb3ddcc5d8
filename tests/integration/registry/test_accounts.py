"""Making accounts, one by one and from a file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.chassis.errors import Invalid, Unauthenticated
from services.registry import contract, provision
from services.registry.identity import commands
from tests.integration.conftest import Urls
from tests.integration.registry.conftest import ADMIN, AGENCIES, KEY, PASSWORD, IdentityDesk
from tests.unit.city.tiny import write_pack

LOGINS: list[dict[str, Any]] = [
    {"role": "citizen", "login": f"citizen-{number}", "password": f"{PASSWORD} {number}"}
    for number in range(1, 4)
]
OFFICER = {"role": "officer", "agency": "HALL", "login": "Officer-1", "password": PASSWORD}


def test_an_account_is_made_told_and_audited(desk: IdentityDesk) -> None:
    made = desk.create("Officer-1", role="officer", agency="HALL")
    assert made == {
        "id": made["id"], "login": "officer-1", "role": "officer", "agency": "HALL",
    }  # fmt: skip
    assert desk.caller.audited() == [(ADMIN.subject, "account.created", made["id"])]
    (event,) = desk.caller.rows("SELECT * FROM chassis.outbox")
    told = json.dumps(event, default=str)
    assert "id.kota.registry.account.created.v1" in told and made["id"] in told
    assert PASSWORD not in told and "argon2" not in told and "officer-1" not in told


def test_a_login_is_given_once(desk: IdentityDesk) -> None:
    desk.create("citizen-1")
    for same in ("citizen-1", "CITIZEN-1", "ｃitizen-1"):
        with pytest.raises(contract.LoginTaken):
            desk.create(same)
    assert len(desk.actions()) == 1


def test_of_many_at_once_one_gets_the_login(desk: IdentityDesk) -> None:
    outcomes: list[str] = []

    def create() -> None:
        try:
            desk.create()
            outcomes.append("made")
        except contract.LoginTaken:
            outcomes.append("taken")

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "taken", "taken", "taken"]


def test_an_unknown_agency_is_refused(desk: IdentityDesk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.create("officer-1", role="officer", agency="NOPE")
    assert [error.field for error in refused.value.errors] == ["agency"]
    assert desk.actions() == []


@pytest.fixture
def provide(urls: Urls, tmp_path: Path) -> Callable[[Any], subprocess.CompletedProcess[str]]:
    """Runs the command on a file with these entries."""
    jwks = {"keys": [KEY.as_dict(private=False)]}
    files = {"signing": KEY.as_dict(private=True), "jwks": jwks, "audit": KEY.as_dict(private=True)}
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content))
    environment = {
        "DATABASE_URL": urls[0],
        "AMQP_URL": "amqp://registry:not-used-at-all@127.0.0.1:1/",
        "ADMIN_PORT": "8200",
        "AUTH_PUBLIC_KEYS": str(tmp_path / "jwks"),
        "AUDIT_SIGNING_KEY": str(tmp_path / "audit"),
        "IDENTITY_SIGNING_KEY": str(tmp_path / "signing"),
        "CODE_SECRET": bytes(range(32)).hex(),
        "CITY_PACK": str(write_pack(tmp_path / "tiny")),
    }

    def run(entries: Any) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "logins.json"
        file.write_text(json.dumps(entries))
        return subprocess.run(
            [sys.executable, "-m", "services.registry.provision", str(file)],
            env=os.environ | environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


def test_provisioning_is_safe_to_repeat(
    provide: Callable[[Any], subprocess.CompletedProcess[str]],
) -> None:
    said = [provide([*LOGINS, OFFICER]), provide([*LOGINS, OFFICER])]
    changed = {**LOGINS[0], "password": "quite another one"}
    said.append(provide([changed, *LOGINS[1:], OFFICER, {**LOGINS[0], "login": "citizen-9"}]))
    assert [(done.returncode, done.stdout) for done in said] == [
        (0, "accounts: 4 made, 0 changed, 0 there\n"),
        (0, "accounts: 0 made, 0 changed, 4 there\n"),
        (0, "accounts: 1 made, 1 changed, 3 there\n"),
    ]
    assert not any(PASSWORD in done.stdout + done.stderr for done in said)


def test_who_is_provided_for_can_log_in(desk: IdentityDesk, urls: Urls, tmp_path: Path) -> None:
    password = "cafe\u0301 " * 3  # in a form that logging in normalises
    (tmp_path / "logins.json").write_text(
        json.dumps([OFFICER, {**LOGINS[0], "password": password}])
    )
    logins = provision.read_logins(tmp_path / "logins.json", AGENCIES)
    provision.provide_all(urls[0], logins, AGENCIES)
    assert desk.log_in("citizen-1", password) and desk.log_in("officer-1", PASSWORD)
    assert all(role == "system" for role in _roles_that_created(desk))


def _roles_that_created(desk: IdentityDesk) -> list[str]:
    rows = desk.caller.rows("SELECT role FROM chassis.audit WHERE action = 'account.created'")
    assert len(rows) == 2
    return [row["role"] for row in rows]


def test_a_replaced_password_ends_lock_and_sessions(desk: IdentityDesk, urls: Urls) -> None:
    provision.provide_all(urls[0], LOGINS[:1], AGENCIES)
    old = desk.log_in("citizen-1", LOGINS[0]["password"])
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            desk.log_in("citizen-1", "wrong")
    changed = {**LOGINS[0], "password": "quite another one"}
    assert provision.provide_all(urls[0], [changed], AGENCIES) == ["changed"]
    with pytest.raises(Unauthenticated):
        desk.refresh(old["refresh_token"])
    assert desk.log_in("citizen-1", "quite another one")
    assert "account.password_replaced" in [action for action, _ in desk.actions()]


def test_two_at_once_make_each_account_once(urls: Urls) -> None:
    outcomes: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: outcomes.extend(provision.provide_all(urls[0], LOGINS, AGENCIES))
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made"] * 3 + ["there"] * 3


def test_a_wrong_file_changes_nothing(
    provide: Callable[[Any], subprocess.CompletedProcess[str]],
) -> None:
    wrong = provide([LOGINS[0], {**OFFICER, "agency": "NOPE"}])
    assert wrong.returncode == 2 and wrong.stdout == ""
    assert wrong.stderr.startswith("entry 2: agency: ") and PASSWORD not in wrong.stderr
    assert provide(LOGINS).stdout == "accounts: 3 made, 0 changed, 0 there\n"


def test_accounts_of_before_are_announced_once(desk: IdentityDesk) -> None:
    made = desk.create("officer-1", role="officer", agency="HALL")
    # as a version that does not know the column leaves it
    desk.caller.rows("UPDATE identity.account SET announced = false; DELETE FROM chassis.outbox")
    for _ in range(2):
        with desk.open_work() as work:
            assert not commands.announce_accounts(work)
            work.commit()
    (event,) = desk.caller.rows("SELECT body::json AS body FROM chassis.outbox")
    assert event["body"]["data"] == {
        "account_id": made["id"], "role": "officer", "agency": "HALL",
    }  # fmt: skip
