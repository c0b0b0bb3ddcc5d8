"""Keys of apps: made once, kept as a digest, revoked at once; by commands and by `kota apikey`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from infra.kota.__main__ import build
from services.chassis.call import Call
from services.chassis.errors import Invalid, NotFound
from services.chassis.fields import load
from services.chassis.principal import SYSTEM, Role
from services.chassis.tokens import TokenVerifier
from services.chassis.unit_of_work import UnitOfWork
from services.registry.api_key_contract import OPEN_APP, NewApiKey, RefusedKey
from services.registry.identity import api_keys
from tests.integration.conftest import Urls
from tests.integration.registry.conftest import KEY, IdentityDesk

ABOUT = {"name": "jalan-kita", "contact": "app@example.org", "purpose": "Aplikasi contoh"}


def done(desk: IdentityDesk, command: Callable[[UnitOfWork], Any]) -> Any:
    with desk.caller.database.session() as session:
        work = UnitOfWork(session, call=Call(SYSTEM), clock=desk.clock)
        answer = command(work)
        work.commit()
    return answer


def created(desk: IdentityDesk) -> tuple[str, str]:
    row, key = done(desk, lambda work: api_keys.create(work, load(NewApiKey, ABOUT)))
    return row["id"], key


def let_in(desk: IdentityDesk, key: str) -> Any:
    return desk.caller.ask(
        OPEN_APP, lambda work, body: api_keys.open_app(work, body, KEY), {"key": key}
    )


def test_a_key_lets_its_app_in(desk: IdentityDesk, tmp_path: Any) -> None:
    key_id, key = created(desk)
    app = let_in(desk, key)
    assert app["id"] == key_id == "jalan-kita.1" and app["per_minute"] == 600
    jwks = tmp_path / "jwks.json"
    jwks.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}))
    principal = TokenVerifier(jwks, desk.clock).verify(app["access_token"])
    assert (principal.subject, principal.role) == ("app:jalan-kita.1", Role.APP)
    for wrong in (key[:-1], key.upper(), "kota_", "x"):
        with pytest.raises(RefusedKey):
            let_in(desk, wrong)


def test_the_key_is_kept_nowhere(desk: IdentityDesk) -> None:
    _, key = created(desk)
    assert key.startswith("kota_") and len(key) == 37
    (row,) = desk.caller.rows("SELECT * FROM identity.api_key")
    rest = str(row) + str(desk.caller.rows("SELECT * FROM chassis.audit"))
    assert key not in rest and key.removeprefix("kota_") not in rest and len(row["digest"]) == 64


def test_one_takes_over_from_another(desk: IdentityDesk) -> None:
    (first, old), (second, new) = created(desk), created(desk)
    assert (first, second) == ("jalan-kita.1", "jalan-kita.2") and old != new
    for _ in range(2):
        done(desk, lambda work: api_keys.revoke(work, first))
    with pytest.raises(RefusedKey):
        let_in(desk, old)
    assert let_in(desk, new)["id"] == second
    # a number is given once, whatever became of it
    assert created(desk)[0] == "jalan-kita.3"
    assert desk.actions().count(("api_key.revoked", first)) == 1
    with pytest.raises(NotFound):
        done(desk, lambda work: api_keys.revoke(work, "nope.1"))


def test_the_day_of_its_last_use_is_kept(desk: IdentityDesk) -> None:
    _, key = created(desk)
    for days in (0, 0, 1):
        desk.clock.at += timedelta(days=days)
        let_in(desk, key)
        (row,) = desk.caller.rows("SELECT last_used_on FROM identity.api_key")
        assert row["last_used_on"] == desk.clock.at.date()


@pytest.mark.parametrize(
    "wrong",
    [{"name": "Jalan Kita"}, {"name": "-a"}, {"name": "a--b"}, {"name": "x" * 41},
     {"contact": "nobody"}, {"purpose": ""}, {"per_minute": 0}],
)  # fmt: skip
def test_what_a_key_needs(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        load(NewApiKey, ABOUT | wrong)
    assert [error.field for error in caught.value.errors] == list(wrong)


@pytest.fixture
def apikey(urls: Urls, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`kota apikey …` on the desk's database."""
    monkeypatch.setenv("KOTA_DATABASE_URL_REGISTRY", urls[0])

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(build(["apikey"]), ["apikey", *arguments])

    return run


def test_the_command_line(desk: IdentityDesk, apikey: Callable[..., Result]) -> None:
    about = ["--contact", "app@example.org", "--purpose", "Aplikasi contoh"]
    made = json.loads(apikey("create", "jalan-kita", *about, "--per-minute", "30", "--json").stdout)
    assert let_in(desk, made["key"])["per_minute"] == 30
    told = apikey("create", "lain", *about).stdout.splitlines()
    assert let_in(desk, told[-1])["id"] == "lain.1"
    assert apikey("limit", "lain.1", "5").exit_code == 0
    assert let_in(desk, told[-1])["per_minute"] == 5
    assert apikey("revoke", "lain.1").stdout == "lain.1 revoked\n"
    listed = json.loads(apikey("list", "--json").stdout)
    assert [one["id"] for one in listed] == ["jalan-kita.1"] and "digest" not in listed[0]
    assert len(json.loads(apikey("list", "--all", "--json").stdout)) == 2
    assert made["key"] not in apikey("list", "--all").stdout
    assert {actor for actor, *_ in desk.caller.audited()} == {"operator"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["create", "Jalan", "--contact", "a@example.org", "--purpose", "abc"], 2, "name:"),
        (["create", "jalan", "--contact", "a", "--purpose", "abc"], 2, "contact:"),
        (["revoke", "nope.1"], 1, "no key"),
        (["limit", "nope.1", "5"], 1, "no key"),
    ],
)
def test_what_is_wrong_is_said(
    apikey: Callable[..., Result], arguments: list[str], code: int, words: str
) -> None:
    ran = apikey(*arguments)
    assert ran.exit_code == code and words in ran.stderr
