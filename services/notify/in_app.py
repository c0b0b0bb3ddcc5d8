"""What is told in the app: a notification, and an entry of the feed that says so."""

from __future__ import annotations

from services.chassis.ids import new_id
from services.chassis.text import Text
from services.chassis.unit_of_work import UnitOfWork
from services.notify import feed, repository


def tell(
    work: UnitOfWork,
    event_id: str,
    recipient: str,
    report_id: str | None,
    words: tuple[Text, Text],
) -> None:
    """Write a notification. report_id: which it is about; None for several."""
    title, text = words
    notification = {
        "id": new_id(),
        "recipient": recipient,
        "event_id": event_id,
        "report_id": report_id,
        "at": work.clock.now(),
    }
    repository.insert(work, notification, title, text)
    about = {"notification_id": notification["id"], "report_id": report_id}
    said = {"title": title.data(), "text": text.data()}
    feed.add(work, recipient, "notification.added", about | said)
