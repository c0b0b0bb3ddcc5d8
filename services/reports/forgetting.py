"""Removing a reporter's personal data for good, while the case stays.

What goes: name, address, phone and language; the account, wherever it names the reporter (the
report, its history, its supporters, answers kept for repeats, events on their way); what was
moderated away. What stays: what the city did; the audit, which says that it happened and holds ids
only (UU PDP 27/2022 asks for both).
"""

from __future__ import annotations

from typing import Any

from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.unit_of_work import UnitOfWork
from services.reports import (
    casework_errors,
    changing,
    forgetting_repository,
    lifecycle,
    queries,
    repository,
)
from services.reports.abuse import repository as senders
from services.reports.catalogue import Catalogue
from services.reports.changing import Step
from services.reports.commands import view
from services.reports.forgetting_contract import REPORTER_FORGOTTEN, reporter_digest
from services.reports.forgetting_repository import REMOVED
from services.reports.lifecycle import Party, State

NAME = "forget"


def forget_reporter(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Remove who reported. Raises NotFound as actions do, StaleVersion, Invalid if its being for
    good or a reason is left out, Conflict if there is nothing to remove."""
    report = queries.locked(work, body["id"])
    if report is None or not view(work, report).content:
        raise NotFound()
    parties = lifecycle.parties_of(
        work.call.principal, agency=report["agency"], reporter=report["reporter"]
    )
    if not lifecycle.RULES[NAME].by & parties:
        raise NotFound()
    work.call.check_version(report["version"])
    is_own = Party.REPORTER in parties
    _check(work, report, body, is_own=is_own)
    _forget(work, report)
    changing.take(work, report, _step(work, report, body, is_own=is_own), city)
    return {}


def _check(work: UnitOfWork, report: Row, body: dict[str, Any], *, is_own: bool) -> None:
    if not body["irrevocable"]:
        raise casework_errors.irrevocable()
    if not is_own and "reason" not in body:
        raise casework_errors.reason_needed()
    if report["reporter"] is None and queries.contact(work, report["id"]) is None:
        raise casework_errors.nothing_to_forget()


def _forget(work: UnitOfWork, report: Row) -> None:
    repository.forget_contact(work, report["id"])
    forgetting_repository.forget_originals(work, report["id"])
    senders.forget(work, report["id"], report["reporter"])
    if report["reporter"] is not None:
        forgetting_repository.forget_account(work, report["id"], report["reporter"])


def _step(work: UnitOfWork, report: Row, body: dict[str, Any], *, is_own: bool) -> Step:
    account = report["reporter"]
    return Step(
        NAME,
        REPORTER_FORGOTTEN,
        State(report["state"]),
        "reporter" if is_own else "staff",
        # what a reporter would say of themselves is not kept
        data={} if is_own else {"reason": body["reason"]},
        changes={"reporter": None},
        told={
            "digest": None if account is None else reporter_digest(report["id"], account),
            "serial": repository.next_follower_serial(work),
        },
        actor=REMOVED if is_own else None,
        purpose="erasure",
    )
