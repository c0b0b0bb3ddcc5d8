"""What operators do with accounts, by registry's commands and on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from infra.kota.__main__ import build
from infra.local.state import CITY_PACK
from services.chassis.call import Call
from services.chassis.database import Row
from services.chassis.errors import Invalid, NotFound, Unauthenticated
from services.chassis.principal import SYSTEM
from services.chassis.unit_of_work import UnitOfWork
from services.registry.identity import administration, passwords
from tests.integration.conftest import Urls
from tests.integration.registry.conftest import AGENCIES, PASSWORD, IdentityDesk
from tests.integration.registry.test_login import refusal

ANOTHER = f"{PASSWORD}, and longer"

pytestmark = pytest.mark.usefixtures("account")


def done(desk: IdentityDesk, command: Callable[[UnitOfWork], Row]) -> Row:
    with desk.caller.database.session() as session:
        work = UnitOfWork(session, call=Call(SYSTEM), clock=desk.clock)
        changed = command(work)
        work.commit()
    return changed


def told(desk: IdentityDesk) -> list[dict[str, Any]]:
    rows = desk.caller.rows("SELECT type, body FROM chassis.outbox ORDER BY id")
    changed = [row["body"] for row in rows if "account.changed" in row["type"]]
    return [json.loads(body) for body in changed]


def test_a_disabled_account_is_like_an_unknown_one(desk: IdentityDesk) -> None:
    session = desk.log_in()
    done(desk, lambda work: administration.disable(work, " CITIZEN-1 "))
    unknown = refusal(lambda: desk.log_in("nobody"))
    assert refusal(desk.log_in) == unknown
    assert desk.verified[-1] is not None  # after the same work
    with pytest.raises(Unauthenticated):
        desk.refresh(session["refresh_token"])
    done(desk, lambda work: administration.enable(work, "citizen-1"))
    assert desk.log_in()
    with pytest.raises(Unauthenticated):
        desk.refresh(session["refresh_token"])


def test_twice_is_once(desk: IdentityDesk) -> None:
    for _ in range(2):
        done(desk, lambda work: administration.disable(work, "citizen-1"))
    actions = [action for action, _ in desk.actions()]
    assert actions.count("account.disabled") == 1
    (event,) = told(desk)
    assert event["aggregateversion"] == 2 and event["data"]["active"] is False


def test_another_role(desk: IdentityDesk) -> None:
    session = desk.log_in()
    wrong = lambda work: administration.set_role(work, "citizen-1", "officer", "X", AGENCIES)  # noqa: E731
    with pytest.raises(Invalid):
        done(desk, wrong)
    assert desk.refresh(session["refresh_token"])
    done(desk, lambda work: administration.set_role(work, "citizen-1", "officer", "HALL", AGENCIES))
    data = told(desk)[0]["data"]
    assert (data["role"], data["agency"], data["active"]) == ("officer", "HALL", True)
    account = desk.caller.rows("SELECT role, agency FROM identity.account")[0]
    assert account == {"role": "officer", "agency": "HALL"}


def test_another_password(desk: IdentityDesk) -> None:
    session = desk.log_in()
    stored = passwords.hash_password(ANOTHER)
    done(desk, lambda work: administration.set_password(work, "citizen-1", stored))
    with pytest.raises(Unauthenticated):
        desk.refresh(session["refresh_token"])
    with pytest.raises(Unauthenticated):
        desk.log_in()
    assert desk.log_in(password=ANOTHER)


def test_nobody_of_that_login(desk: IdentityDesk) -> None:
    for command in (administration.disable, administration.enable):
        with pytest.raises(NotFound):
            done(desk, lambda work, command=command: command(work, "nobody"))  # type: ignore[misc]


@pytest.fixture
def users(urls: Urls, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`kota users …` on the desk's database."""
    monkeypatch.setenv("KOTA_DATABASE_URL_REGISTRY", urls[0])
    monkeypatch.setenv("KOTA_CITY_PACK", str(CITY_PACK))

    def run(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(build(["users"]), ["users", *arguments], input=stdin)

    return run


def test_the_command_line(desk: IdentityDesk, users: Callable[..., Result]) -> None:
    desk.clock.at = datetime.now(UTC)
    made = users("add", "Officer-Baru", "officer", "--agency", "DLH", "--generate", "--json")
    assert made.exit_code == 0, made.output
    secret = json.loads(made.stdout)["password"]
    assert desk.log_in("officer-baru", secret)
    listed = json.loads(users("list", "--agency", "DLH", "--json").stdout)
    assert [(one["login"], one["active"], one["sessions"]) for one in listed] == [
        ("officer-baru", True, 1)
    ]
    assert users("disable", "officer-baru").exit_code == 0
    assert users("password", "citizen-1", "--password-stdin", stdin=f"{ANOTHER}\n").stdout
    assert desk.log_in(password=ANOTHER)
    assert [actor for actor, *_ in desk.caller.audited()].count("operator") == 3
    assert secret not in str(desk.caller.rows("SELECT * FROM chassis.audit"))


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (["add", "x-1", "citizen", "--password-stdin"], "short\n", "password:"),
        (["add", "citizen-1", "citizen", "--generate"], None, "login is taken"),
        (["add", "o-1", "officer", "--generate"], None, "agency:"),
        (["role", "citizen-1", "king"], None, "role: 'king' is none of"),
        (["disable", "nobody"], None, "no account"),
    ],
)
def test_what_is_wrong_is_said(
    users: Callable[..., Result], arguments: list[str], stdin: str | None, words: str
) -> None:
    ran = users(*arguments, stdin=stdin)
    assert ran.exit_code in (1, 2) and words in ran.output


def test_a_password_is_never_an_argument(users: Callable[..., Result]) -> None:
    assert users("add", "x-1", "citizen", PASSWORD).exit_code == 2
