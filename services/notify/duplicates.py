"""Those whose report is a duplicate, and who follow it, are told how the original goes on.

What the original becomes, and which duplicates it has, comes as events of the original, to one
handler that keeps their order. So who is told of a step are those who were its duplicates then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.chassis.envelope import Event
from services.chassis.unit_of_work import UnitOfWork
from services.notify import commands, domain, duplicate_queries, queries, repository
from services.notify.domain import Message
from services.notify.wording import Wording
from services.reports.contract import LINKS, ORIGINAL_CHANGED, reporter_digest


def tell_duplicates(
    work: UnitOfWork, event: Event, wording: Wording, *, by_mail: bool = False
) -> None:
    """An original has a duplicate more or less, or something happened to it.

    by_mail: people are told by e-mail too.
    """
    if event.type != ORIGINAL_CHANGED.type:
        _keep(work, event.data, is_linked=event.type == LINKS["link"].type)
        return
    for report, message in _messages(work, event.data):
        commands.tell(work, event, message, report, wording, by_mail=by_mail)


def _keep(work: UnitOfWork, original: dict[str, Any], *, is_linked: bool) -> None:
    duplicate = original["duplicate"]
    report_id, reporter = duplicate["report_id"], duplicate["reporter"]
    duplicate_queries.alone(work, report_id)
    silenced = duplicate_queries.silenced(work, report_id)
    if reporter is not None and reporter_digest(report_id, reporter) in silenced:
        original = original | {"duplicate": duplicate | {"reporter": None}}
    repository.keep_duplicate(work, original, is_linked=is_linked)


def _messages(
    work: UnitOfWork, original: dict[str, Any]
) -> Iterator[tuple[dict[str, Any], Message]]:
    """What to tell whom, and of which duplicate: it is their own report that they know."""
    report_id = original["report_id"]
    found = duplicate_queries.duplicates(work, report_id)
    followers = duplicate_queries.followers(work, report_id)
    listening, _ = queries.followers(work, report_id)
    known = domain.people_told(original, listening)
    for report, message in domain.messages_for_duplicates(original, found, followers, known):
        yield report | {"agency": original["agency"]}, message
