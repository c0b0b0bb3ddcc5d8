"""What is to be sent by e-mail to whom: queued with what it tells of, decided when it is sent."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

from services.chassis.database import Row
from services.chassis.envelope import Event
from services.chassis.ids import new_id
from services.chassis.text import Text
from services.chassis.unit_of_work import UnitOfWork
from services.notify import mail_metrics, mail_repository
from services.notify.domain import guest, is_guest, person
from services.notify.mail.letter import Letter
from services.notify.mail.links import Links, Purpose
from services.notify.wording import Wording

MOST_TRIES = 12
LONGEST_REST = timedelta(hours=4)
KEPT = timedelta(days=90)
ASKED_FOR = timedelta(days=1)


class Kind(StrEnum):
    """NEWS: what happened to a report. WELCOME: the first to a guest. CODE: a one-time code.

    TOPIC: what happened to a topic, at once or in a digest. CONFIRM: whether to tell of it.
    """

    NEWS = "news"
    WELCOME = "welcome"
    CODE = "code"
    TOPIC = "topic"
    CONFIRM = "confirm"


class Skip(Exception):
    """It need not be sent, and why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def queue_news(
    work: UnitOfWork,
    event: Event,
    recipient: str,
    report_id: str,
    words: tuple[Text, Text],
    *,
    is_first: bool,
) -> None:
    """Queue what a notification says; `is_first`: of what its recipient is told of the report."""
    kind = Kind.WELCOME if is_first and is_guest(recipient) else Kind.NEWS
    _queue(work, event, recipient, kind, report_id, words)


def queue_code(work: UnitOfWork, event: Event, wording: Wording) -> None:
    """Queue a one-time code; the code itself is asked for when it is sent."""
    recipient = person(event.data["account_id"])
    words = wording.plain("email.verification")
    _queue(work, event, recipient, Kind.CODE, event.data["verification_id"], words)


def forget_contact(work: UnitOfWork, event: Event) -> None:
    """A contact changed or is to be forgotten."""
    data = event.data
    is_account = "account_id" in data
    recipient = person(data["account_id"]) if is_account else guest(data["report_id"])
    mail_repository.forget_contact(work, recipient)


def refuse_unwanted(known: Row) -> None:
    """Raises Skip for what its recipient does not want, or cannot get."""
    if known["unsubscribed_at"] is not None:
        raise Skip("unsubscribed")
    if known["undeliverable_at"] is not None:
        raise Skip("undeliverable")


def refuse_unproven(work: UnitOfWork, mail: Row, address: str) -> None:
    """Raises Skip for a guest's address that wants nothing, or has had its one letter.

    The address decides, not the report: whoever gives somebody else's address again and again must
    not fill that mailbox.
    """
    chosen = mail_repository.choice(work, address)
    if chosen["unsubscribed_at"] is not None:
        raise Skip("unsubscribed")
    if chosen["confirmed_at"] is not None:
        return
    is_welcome = mail["kind"] == Kind.WELCOME
    if not is_welcome or not mail_repository.claim_first_letter(work, address, mail["id"]):
        raise Skip("unconfirmed")


def chooser(recipient: str, email: str, links: Links) -> str:
    """Under which name what a reader of `email` chooses is kept."""
    return links.address(email) if is_guest(recipient) else recipient


def letter(mail: Row, contact: dict[str, Any], links: Links) -> Letter:
    """The letter to a contact: email, language, and a code if there is one."""
    language = contact["language"]
    reader = chooser(mail["recipient"], contact["email"], links)
    is_code = mail["kind"] == Kind.CODE
    is_welcome = mail["kind"] == Kind.WELCOME
    title, text = (Text.of(mail[name]).in_language(language) for name in ("title", "text"))
    return Letter(
        id=mail["id"],
        to=contact["email"],
        language=language,
        title=title,
        text=text,
        code=contact.get("code"),
        link=None if is_code else links.report(mail["subject"]),
        confirm=links.url(Purpose.CONFIRM, reader) if is_welcome else None,
        unsubscribe=None if is_code else links.url(Purpose.UNSUBSCRIBE, reader),
    )


def rest_after(tries: int, first: timedelta) -> timedelta:
    """How long to wait after so many failed tries: doubling from `first`."""
    doubled: timedelta = first * 2 ** min(tries - 1, 20)
    return min(doubled, LONGEST_REST)


def get_preferences(work: UnitOfWork) -> dict[str, Any]:
    """How the caller wants to be told."""
    chosen = mail_repository.choice(work, person(work.call.principal.subject))
    return {"email": chosen["unsubscribed_at"] is None}


def set_preferences(work: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """The caller chooses."""
    recipient = person(work.call.principal.subject)
    _subscribe(work, recipient, wanted=body["email"])
    work.audit("preferences.changed", work.call.principal.subject)
    return body


def _subscribe(work: UnitOfWork, recipient: str, *, wanted: bool) -> None:
    chosen = mail_repository.choice(work, recipient)
    at = None if wanted else chosen["unsubscribed_at"] or work.clock.now()
    mail_repository.choose(work, recipient, chosen | {"unsubscribed_at": at})


def _queue(
    work: UnitOfWork,
    event: Event,
    recipient: str,
    kind: Kind,
    subject: str,
    words: tuple[Text, Text],
) -> None:
    mail = {
        "id": new_id(),
        "recipient": recipient,
        "kind": kind.value,
        "event_id": event.id,
        "subject": subject,
    }
    mail_repository.queue(work, mail, *words)


def forget_ended(work: UnitOfWork) -> bool:
    """Delete messages that ended long ago; whether there may be more."""
    mail_repository.forget_asked(work, work.clock.now() - ASKED_FOR)
    return mail_repository.forget_ended(work, work.clock.now() - KEPT) > 0


def measure(work: UnitOfWork) -> None:
    """Let the metrics say what waits to be sent."""
    state = mail_repository.queue_state(work)
    since = state["oldest"] or work.clock.now()
    mail_metrics.queued(state["messages"], (work.clock.now() - since).total_seconds())
