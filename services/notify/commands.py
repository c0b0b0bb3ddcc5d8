"""What can be done with notifications."""

from __future__ import annotations

from typing import Any

from services.chassis.cursors import Cursor, page_of
from services.chassis.database import Row
from services.chassis.envelope import Event
from services.chassis.errors import NotFound
from services.chassis.text import Text
from services.chassis.unit_of_work import UnitOfWork
from services.notify import domain, feed, in_app, mailing, queries, repository, spreading
from services.notify.contract import (
    PUBLIC,
    TELL_INCIDENTS,
    TELL_OF_CASEWORK,
    TELL_PEOPLE,
    recipients_of,
)
from services.notify.domain import Message
from services.notify.following_things import hear_incident
from services.notify.mail.links import report_path
from services.notify.wording import Wording
from services.reports.contract import reporter_digest

_SHOWN = ("report_id", "number", "category", "category_name", "area", "agency", "state")
_OF_INCIDENTS = {one.type: one.name for one in TELL_INCIDENTS.events}
_HAPPENED = {one.type: one.name for one in (*TELL_PEOPLE.events, *TELL_OF_CASEWORK.events)}


def tell_people(work: UnitOfWork, event: Event, wording: Wording, *, by_mail: bool = False) -> None:
    """Something happened to a report: tell whom it concerns, and the city if it may know.

    by_mail: people are told by e-mail too.
    """
    report = event.data
    happened = domain.meant(_HAPPENED[event.type], report)
    if domain.is_for_the_city(happened, report["visibility"]):
        told = {name: report[name] for name in _SHOWN if name in report}
        feed.add(work, PUBLIC, happened, told)
        spreading.add(work, event, spreading.of_report(happened, report))
    followers, silenced = queries.followers(work, report["report_id"])
    if silenced and report["reporter"] is not None and report["reporter"] not in followers:
        report = _without_reporter(report, silenced)
    for message in domain.messages_for(happened, report, followers):
        tell(work, event, message, report, wording, by_mail=by_mail)
    if happened in ("report.hidden", "report.restored"):
        is_hidden = not domain.is_public(report["visibility"])
        repository.keep_hidden(work, report["report_id"], event.version, is_hidden=is_hidden)


def _without_reporter(report: dict[str, Any], silenced: set[str]) -> dict[str, Any]:
    """An event from before somebody was forgotten tells them nothing, either."""
    is_forgotten = reporter_digest(report["report_id"], report["reporter"]) in silenced
    return report | ({"reporter": None} if is_forgotten else {})


def tell(
    work: UnitOfWork,
    event: Event,
    message: Message,
    report: dict[str, Any],
    wording: Wording,
    *,
    by_mail: bool,
) -> None:
    """Write a message about a report, in the app and, if by_mail, to be sent."""
    words = wording.words(message.key, report)
    if not domain.is_guest(message.recipient):
        in_app.tell(work, event.id, message.recipient, report["report_id"], words)
    if by_mail and domain.has_mail(message.recipient):
        is_first = message.key == "report.submitted"
        about = report["report_id"]
        mailing.queue_news(work, event, message.recipient, about, words, is_first=is_first)


def tell_incident(work: UnitOfWork, event: Event) -> None:
    """An incident is everybody's to know of; who follows it is told besides."""
    feed.add(work, PUBLIC, _OF_INCIDENTS[event.type], event.data)
    hear_incident(work, event)


def keep_followers(work: UnitOfWork, event: Event) -> None:
    """Somebody wants to be told of a report, or no more."""
    digest = reporter_digest(event.data["report_id"], event.data["person"])
    repository.keep_follower(work, event.data, digest)


def list_notifications(work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """One page of the caller's notifications. Raises Malformed for a foreign cursor."""
    rows, after = page_of(queries.page(work, body, Cursor.read(body.get("cursor"))), body["limit"])
    return {"items": [_shown(work, row) for row in rows], "next": after}


def unread_count(work: UnitOfWork) -> dict[str, Any]:
    """How many the caller has not read, at most 1000."""
    return {"count": queries.unread(work)["count"]}


def mark_read(work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """Mark one as read; again is no error. Raises NotFound for somebody else's."""
    found = queries.one(work, body["id"])
    if found is None:
        raise NotFound()
    repository.mark_read(work, found["id"])
    return _shown(work, found | {"read": True})


def mark_all_read(work: UnitOfWork) -> dict[str, Any]:
    """Mark all as read that are there now; returns how many were unread, at most 1000."""
    unread = queries.unread(work)
    if unread["newest"]:
        recipients = recipients_of(work.call.principal)
        repository.mark_all_read(work, recipients, unread["newest"])
    return {"count": unread["count"]}


def _shown(work: UnitOfWork, row: Row) -> dict[str, Any]:
    language = work.call.language
    words = {name: Text.of(row[name]).in_language(language) for name in ("title", "text")}
    # what was told by an earlier version has none
    path = row["path"] or (report_path(row["report_id"]) if row["report_id"] else None)
    return row | words | {"path": path}
