"""Letters to addresses that follow something: whether they are still wanted, and what they say."""

from __future__ import annotations

from typing import Any

from services.chassis.database import Row
from services.chassis.ids import new_id
from services.chassis.text import Text
from services.chassis.unit_of_work import UnitOfWork
from services.notify import mail_repository, subscription_queries
from services.notify.domain import subscription
from services.notify.mail.letter import Letter
from services.notify.mail.links import Links, Purpose
from services.notify.mailing import Kind, Skip

WHY = Text(
    "You get this message because this address follows what happens in {city}.",
    id="Anda menerima pesan ini karena alamat ini mengikuti kabar {city}.",
)
WHY_ASKED = Text(
    "Somebody gave this address to {city}. If that was not you, do nothing: nothing more is sent.",
    id="Seseorang memberikan alamat ini kepada {city}. Bila bukan Anda, abaikan: tidak ada pesan"
    " lain yang dikirim.",
)
ASKS = Text("Yes, tell me (within two days):", id="Ya, kabari saya (dalam dua hari):")


def queue_news(work: UnitOfWork, recipient: str, news: Row, words: tuple[Text, Text]) -> None:
    """Queue what happened to a topic, and where it can be read."""
    of = (news["event_id"], news["subject"])
    _queue(work, recipient, Kind.TOPIC, of, words, news["path"])


def queue_digest(
    work: UnitOfWork, recipient: str, digest_id: str, words: tuple[Text, Text]
) -> None:
    """Queue what happened since the last digest."""
    _queue(work, recipient, Kind.TOPIC, (digest_id, digest_id), words)


def queue_confirmation(work: UnitOfWork, subscription_id: str, words: tuple[Text, Text]) -> None:
    """Queue the question whether a topic is to be followed."""
    recipient = subscription(subscription_id)
    _queue(work, recipient, Kind.CONFIRM, (new_id(), subscription_id), words)


def contact(work: UnitOfWork, mail: Row) -> dict[str, Any]:
    """Where a letter goes: recipient (of the address), email, language. Raises Skip if nobody is to
    get it any more."""
    found = subscription_queries.reader(work, mail["recipient"])
    if found is None or found["ended_at"] is not None or found["unsubscribed_at"] is not None:
        raise Skip("unsubscribed")
    if found["since"] is None and mail["kind"] != Kind.CONFIRM:
        raise Skip("unconfirmed")
    if found["undeliverable_at"] is not None:
        raise Skip("undeliverable")
    return {name: found[name] for name in ("recipient", "email", "language")}


def letter(mail: Row, reader: dict[str, Any], links: Links) -> Letter:
    """The letter. Of one that asks to confirm, nobody is written to again who unsubscribes."""
    is_asked = mail["kind"] == Kind.CONFIRM
    title, text = (
        Text.of(mail[name]).in_language(reader["language"]) for name in ("title", "text")
    )
    stop = (Purpose.UNSUBSCRIBE, reader["recipient"]) if is_asked else (
        Purpose.UNFOLLOW, mail["recipient"])  # fmt: skip
    return Letter(
        id=mail["id"],
        to=reader["email"],
        language=reader["language"],
        title=title,
        text=text,
        link=links.page(mail["path"]) if mail["path"] else None,
        confirm=links.url(Purpose.FOLLOW, mail["recipient"]) if is_asked else None,
        unsubscribe=links.url(*stop),
        asks=ASKS,
        why=WHY_ASKED if is_asked else WHY,
    )


def _queue(
    work: UnitOfWork,
    recipient: str,
    kind: Kind,
    of: tuple[str, str],
    words: tuple[Text, Text],
    path: str | None = None,
) -> None:
    """of: what makes it one of a kind for its recipient, and what it is about."""
    event_id, subject = of
    mail = {
        "id": new_id(),
        "recipient": recipient,
        "kind": kind.value,
        "event_id": event_id,
        "subject": subject,
        "path": path,
    }
    mail_repository.queue_bulk(work, mail, *words)
