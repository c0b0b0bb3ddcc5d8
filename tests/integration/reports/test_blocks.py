"""Senders are known again by digests only; a block says why and until when, and ends."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from infra.kota.__main__ import build
from services.chassis.errors import Conflict, Forbidden, Invalid, NotFound
from services.chassis.ids import new_id
from services.chassis.principal import GUEST, Principal, Role
from services.chassis.sender import Digests, Sender
from services.chassis.unit_of_work import UnitOfWork
from services.reports import contract, following, forgetting
from services.reports.abuse import blocks, repository
from services.reports.abuse.contract import BLOCK_SENDER, LIFT_BLOCK, LIST_BLOCKS, Blocked
from tests.integration.reports.conftest import SECRET, Desk
from tests.integration.reports.test_actions import ADMIN, ANNA, BUDI, FOREIGN, SUPERVISOR, do

DIGESTS = Digests(SECRET)
FOREIGN_HEAD = dataclasses.replace(FOREIGN, role=Role.HEAD)
PHONE = Sender(DIGESTS.device("a-phone-of-anna-0001"), DIGESTS.networks("203.0.113.7"))
NEIGHBOUR = Sender(None, DIGESTS.networks("203.0.113.200"))
ELSEWHERE = Sender(None, DIGESTS.networks("198.51.100.1"))


def block(desk: Desk, by: Principal = SUPERVISOR, days: float = 3, **body: Any) -> Any:
    until = (desk.caller.clock.now() + timedelta(days=days)).isoformat()
    return desk.caller.ask(
        BLOCK_SENDER,
        lambda work, asked: blocks.block_sender(work, asked, desk.city, SECRET),
        {"reason": "Mengirim iklan", "until": until} | body,
        by=by,
    )


def lift(desk: Desk, block_id: str, by: Principal = SUPERVISOR) -> Any:
    body = {"id": block_id, "reason": "Sudah dijelaskan"}
    return desk.ask(LIFT_BLOCK, blocks.lift_block, body, by)


def listed(desk: Desk, by: Principal = SUPERVISOR, **asked: Any) -> list[Any]:
    return list(desk.ask(LIST_BLOCKS, blocks.list_blocks, asked, by)["items"])


def send(desk: Desk, by: Principal, sender: Sender) -> str:
    with desk.caller.sent_by(sender):
        return str(desk.submit(by)["id"])


def refused(desk: Desk, by: Principal, sender: Sender) -> Blocked:
    with pytest.raises(Blocked) as told:
        send(desk, by, sender)
    return told.value


def test_whoever_sent_it_is_blocked_for_a_while_and_told_why(desk: Desk) -> None:
    report = send(desk, GUEST, PHONE)
    made = block(desk, report=report, which=["device"])
    assert (made["which"], made["report"], made["active"]) == (["device"], report, True)
    assert (made["set_by"], made["agency"]) == (SUPERVISOR.subject, SUPERVISOR.agency)
    told = refused(desk, GUEST, PHONE)
    assert "2026-06-04 11:00 WITA" in told.detail and "Mengirim iklan" in told.detail
    assert made["id"] in told.detail and "loket" in told.detail.id
    for other in (NEIGHBOUR, ELSEWHERE, Sender()):
        send(desk, GUEST, other)
    # reading stays open, and whoever was blocked goes on once it is over
    assert desk.get(report)["id"] == report
    desk.caller.clock.move(timedelta(days=3, seconds=1))
    send(desk, GUEST, PHONE)
    assert [one["active"] for one in listed(desk)] == [False]


def test_by_address_network_and_account(desk: Desk) -> None:
    anna = Principal(desk.account("citizen"), Role.CITIZEN)
    report = send(desk, anna, PHONE)
    first = block(desk, report=report, which=["account", "address"])
    for by, sender in ((anna, ELSEWHERE), (GUEST, Sender(None, PHONE.networks))):
        refused(desk, by, sender)
    send(desk, GUEST, NEIGHBOUR)
    wider = block(desk, report=report, which=["network"])
    refused(desk, GUEST, NEIGHBOUR)
    lift(desk, wider["id"])
    send(desk, GUEST, NEIGHBOUR)
    # staff behind the same address works on
    send(desk, SUPERVISOR, Sender(None, PHONE.networks))
    assert lift(desk, first["id"])["lifted_because"] == "Sudah dijelaskan"
    send(desk, anna, PHONE)
    audited = [action for _, action, _ in desk.caller.audited()]
    assert audited.count("sender.blocked") == audited.count("sender.unblocked") == 2


def test_comments_and_support_are_refused_too(desk: Desk) -> None:
    report = send(desk, ANNA, PHONE)
    do(desk, "comment", report, BUDI, text="Beli obat")
    block(desk, report=report, version=2, which=["account"])
    with pytest.raises(Blocked):
        do(desk, "comment", report, BUDI, text="Beli lagi")
    for operation, command, more in (
        (contract.SUPPORT, following.support, {}),
        (contract.FOLLOW, following.follow, {"following": True}),
    ):
        with pytest.raises(Blocked):
            desk.ask(operation, command, {"id": report} | more, BUDI)
    # what one has reported goes on, also for whoever is blocked
    block(desk, ADMIN, report=report, which=["account"])
    do(desk, "reject", report, SUPERVISOR, reason="x")
    assert do(desk, "reopen", report, ANNA, reason="Masih ada")["state"] == "reopened"


def test_who_may_block_whom(desk: Desk) -> None:
    report = send(desk, GUEST, PHONE)
    for by, asked, error in (
        (FOREIGN_HEAD, {"report": report, "which": ["device"]}, NotFound),
        (SUPERVISOR, {"report": new_id(), "which": ["device"]}, NotFound),
        (SUPERVISOR, {"network": "203.0.113.0/24"}, Forbidden),
        (SUPERVISOR, {"account": new_id()}, Forbidden),
        (ADMIN, {"account": new_id()}, Invalid),
        (ADMIN, {"network": "203.0.113.0/23"}, Invalid),
        (ADMIN, {"network": "0.0.0.0/0"}, Invalid),
        (ADMIN, {}, Invalid),
        (ADMIN, {"report": report, "network": "203.0.113.0/24"}, Invalid),
        (SUPERVISOR, {"report": report}, Invalid),
        (SUPERVISOR, {"report": report, "which": ["account"]}, Invalid),
        (SUPERVISOR, {"report": report, "which": ["device"], "days": 30.1}, Invalid),
        (SUPERVISOR, {"report": report, "which": ["device"], "days": -1}, Invalid),
        (SUPERVISOR, {"report": report, "version": 9, "which": ["device"]}, Conflict),
    ):
        with pytest.raises(error):
            block(desk, by, **asked)
    assert listed(desk, ADMIN) == []
    made = block(desk, ADMIN, network="203.0.113.0/24", days=365)
    refused(desk, GUEST, NEIGHBOUR)
    assert listed(desk) == [] and len(listed(desk, ADMIN, active=True)) == 1
    with pytest.raises(NotFound):
        lift(desk, made["id"])
    lift(desk, made["id"], ADMIN)
    with pytest.raises(Conflict):
        lift(desk, made["id"], ADMIN)
    assert listed(desk, ADMIN, active=True) == []


def test_what_is_kept_is_a_digest_and_is_forgotten(desk: Desk) -> None:
    first, second = (send(desk, ANNA, PHONE) for _ in range(2))
    kept = str(desk.caller.rows("SELECT * FROM report_sender"))
    assert "203.0.113" not in kept and "phone" not in kept and str(PHONE.device) in kept
    made = block(desk, report=second, which=["device"], days=1)
    desk.ask(
        contract.FORGET_REPORTER,
        forgetting.forget_reporter,
        {"id": first, "irrevocable": True},
        ANNA,
    )
    assert _senders(desk) == [second]
    desk.caller.clock.move(timedelta(days=desk.city.abuse.kept_days + 2))
    _sweep(desk)
    assert _senders(desk) == []
    assert desk.caller.rows("SELECT marks FROM sender_block") == [{"marks": []}]
    assert listed(desk)[0]["id"] == made["id"]


def _senders(desk: Desk) -> list[str]:
    return [
        row["id"] for row in desk.caller.rows("SELECT report_id::text AS id FROM report_sender")
    ]


def _sweep(desk: Desk) -> None:
    with desk.caller.database.session() as session:
        work = UnitOfWork(session, clock=desk.caller.clock)
        before = work.clock.now() - timedelta(days=desk.city.abuse.kept_days)
        assert not repository.sweep(work, before)
        work.commit()


def test_the_command_line(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOTA_DATABASE_URL_REPORTS", desk.url)
    monkeypatch.setenv("KOTA_CITY_PACK", str(tmp_path / "tiny"))
    monkeypatch.setenv("KOTA_STATE", str(tmp_path))
    monkeypatch.setenv("UPLOAD_SECRET", SECRET.hex())

    def kota(*arguments: str) -> Result:
        return CliRunner().invoke(build(["block"]), ["block", *arguments])

    number = desk.get(send(desk, GUEST, PHONE))["number"]
    why = ("--reason", "Iklan", "--days", "400")
    assert kota("add", "--network", "203.0.113.0/24", *why).exit_code == 2
    made = kota("add", "--network", "203.0.113.0/24", *why[:3], "9", "--json")
    refused(desk, GUEST, NEIGHBOUR)
    lifted = kota("lift", json.loads(made.stdout)["id"], "--reason", "Terlalu luas")
    assert lifted.stdout.endswith("is lifted\n")
    desk.caller.clock.at = datetime.now(UTC)
    send(desk, GUEST, NEIGHBOUR)
    assert kota("add", "--report", number, "--which", "device", *why[:3], "9").exit_code == 0
    refused(desk, GUEST, PHONE)
    assert [len(json.loads(kota("list", "--json", *more).stdout)) for more in ((), ("--all",))] == [
        1,
        2,
    ]
    assert "no such report" in kota("add", "--report", "LP-2026-0000099-1", *why).stderr
    assert {actor for actor, action, _ in desk.caller.audited() if "block" in action} == {
        "operator"
    }
