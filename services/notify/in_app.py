"""What is told in the app: a notification, and an entry of the feed that says so."""

from __future__ import annotations

from services.chassis.ids import new_id
from services.chassis.text import Text
from services.chassis.unit_of_work import UnitOfWork
from services.notify import feed, repository
from services.notify.mail.links import report_path


def tell(
    work: UnitOfWork,
    event_id: str,
    recipient: str,
    report_id: str | None,
    words: tuple[Text, Text],
    *,
    path: str | None = None,
) -> None:
    """Write a notification. report_id: which it is about, if it is about one; path: where it can be
    read what it is about, if there is one place."""
    title, text = words
    notification = {
        "id": new_id(),
        "recipient": recipient,
        "event_id": event_id,
        "report_id": report_id,
        "path": path or (report_path(report_id) if report_id else None),
        "at": work.clock.now(),
    }
    repository.insert(work, notification, title, text)
    about = {name: notification[name] for name in ("report_id", "path")}
    about |= {"notification_id": notification["id"]}
    said = {"title": title.data(), "text": text.data()}
    feed.add(work, recipient, "notification.added", about | said)
