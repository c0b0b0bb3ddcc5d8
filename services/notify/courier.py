"""Brings messages to the mail server, a handful at a time.

That all of a handful are attempted is written down before the first is handed over, and how each
went before the next one is. Whoever is killed in between leaves attempts without an outcome, and
those messages are tried again: at most one of them had been handed over, and it is to be seen. A
message that was tried before goes alone: should it be what ends processes, it takes no others with
it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from services.chassis.database import Row
from services.chassis.errors import DomainError, Invalid, Unavailable
from services.chassis.unit_of_work import UnitOfWork
from services.notify import (
    mail_metrics,
    mail_repository,
    mailing,
    subscription_mail,
    subscription_repository,
)
from services.notify.contacts import ChangedMeanwhile, Contacts, Known
from services.notify.domain import is_subscriber
from services.notify.mail.letter import Sender, compose
from services.notify.mail.smtp import MailRefused, MailServerAway, MailUnsure, SmtpSender
from services.notify.mailing import Skip

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 10
# somebody waits for a code, and a lease does not grow: what is not begun by then is given back
SECONDS_AT_ONCE = 1.0
AWAY_FOR = timedelta(seconds=10)

Addressed = tuple[Row, dict[str, Any]]


@dataclass(frozen=True)
class Outcome:
    """How an attempt went. state: the message's, if it ended. rest: until it is tried again.

    unknown: the contact whose address the server does not know.
    """

    outcome: str
    reply: str
    state: str | None = None
    rest: timedelta | None = None
    unknown: dict[str, Any] | None = None


@dataclass
class Round:
    """What is dealt with together, and how long it has taken.

    trouble: raised when all that was begun is written down. is_away: the mail server, meanwhile.
    """

    trouble: DomainError | None = None
    is_away: bool = False
    began: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        """Nothing more is to be begun."""
        return self.is_away or time.monotonic() - self.began > SECONDS_AT_ONCE


@dataclass(frozen=True)
class Courier:
    """Brings messages to the mail server.

    open_work: makes units of work. first_rest: before the second try of a message that was refused
    for now. lease: nobody else takes a message meanwhile; longer than handing it over can take.
    """

    open_work: Callable[[], AbstractContextManager[UnitOfWork]]
    contacts: Contacts
    sender: Sender
    smtp: SmtpSender
    first_rest: timedelta
    lease: timedelta

    def deliver_next(self) -> bool:
        """Deal with messages that are due; whether there were any.

        Raises Unavailable while the mail server is away, and what asking for a contact raises;
        the messages are due again soon.
        """
        with self.open_work() as work:
            if not mail_repository.is_any_due(work):
                return False
            work.commit()
        self._connect()
        turn = Round()
        with self.open_work() as work:
            mails = mail_repository.take(work, work.clock.now() + self.lease, MOST_AT_ONCE)
            known = mail_repository.known(work, {mail["recipient"] for mail in mails})
            work.commit()
        addressed = self._addressed(mails, known, turn)
        for number, together in enumerate(_handfuls(addressed)):
            if number and turn.is_over:
                self._later(together[0][0], timedelta(0))
            else:
                self._hand_over(together, turn)
        if turn.trouble is not None:
            raise turn.trouble
        return bool(mails)

    def _connect(self) -> None:
        try:
            self.smtp.connect()
        except MailServerAway as away:
            raise Unavailable() from away

    def _addressed(self, mails: list[Row], known: Known, turn: Round) -> list[Addressed]:
        """Those that are to be sent, and where; what else becomes of the others is decided."""
        found: list[Addressed] = []
        for mail in mails:
            if (turn.is_over or turn.trouble) and mail is not mails[0]:
                self._later(mail, timedelta(0))
            elif mail["spent"] >= mailing.MOST_TRIES:  # every attempt ended with its process
                self._end(mail, "failed", "lost")
            else:
                contact = self._contact_or_end(mail, known, turn)
                found += [(mail, contact)] if contact is not None else []
        return found

    def _contact_or_end(self, mail: Row, known: Known, turn: Round) -> dict[str, Any] | None:
        """Where to send it; None if that was decided otherwise."""
        try:
            return self.contacts.of(mail, known)
        except Skip as skip:
            mail_metrics.skipped(skip.reason)
            self._end(mail, "skipped", skip.reason)
        except ChangedMeanwhile:
            self._later(mail, timedelta(0))
        except Invalid as error:  # asking again changes nothing
            self._end(mail, "failed", error.code)
        except DomainError as error:
            self._later(mail, AWAY_FOR)
            turn.trouble = error
        return None

    def _hand_over(self, together: list[Addressed], turn: Round) -> None:
        """Attempt these; those that it comes to no more are as if they had not been taken."""
        begun, at = self._start(together)
        for number, (mail, contact) in enumerate(begun):
            if number and turn.is_over:
                self._give_back([mail for mail, _ in begun[number:]])
                return
            outcome = self._attempt(mail, contact, at, turn)
            # before the next one is handed over: a crash makes one double at most
            self._note(mail, outcome)

    def _start(self, together: list[Addressed]) -> tuple[list[Addressed], datetime]:
        begun = [(mail | {"tries": mail["tries"] + 1}, contact) for mail, contact in together]
        with self.open_work() as work:
            for mail, _ in begun:
                mail_repository.start_attempt(work, mail)
            at = work.clock.now()
            work.commit()
        return begun, at

    def _attempt(self, mail: Row, contact: dict[str, Any], at: datetime, turn: Round) -> Outcome:
        try:
            write = subscription_mail.letter if _is_followed(mail) else mailing.letter
            letter = write(mail, contact, self.contacts.links)
            reply = self.smtp.send(compose(letter, self.sender, at))
        except MailServerAway as away:
            turn.trouble, turn.is_away = Unavailable(), True
            return Outcome("away", str(away), rest=AWAY_FOR)
        except MailUnsure as unsure:
            return self._failed(mail, "unsure", str(unsure))
        except MailRefused as refused:
            unknown = contact if refused.unknown_address else None
            outcome = "refused" if refused.permanent else "deferred"
            return self._failed(mail, outcome, refused.reply, refused.permanent, unknown)
        except ValueError as unfit:  # no mail server can take this address
            return self._failed(mail, "unfit", type(unfit).__name__, for_good=True)
        except Exception as error:  # ours to mend; the others' outcomes count all the same
            log.exception("message not handed over", mail_id=mail["id"])
            return self._failed(mail, "unsure", type(error).__name__)
        return Outcome("accepted", reply, state="sent")

    def _failed(
        self,
        mail: Row,
        outcome: str,
        reply: str,
        for_good: bool = False,
        unknown: dict[str, Any] | None = None,
    ) -> Outcome:
        spent = mail["spent"] + 1
        if for_good or spent >= mailing.MOST_TRIES:
            return Outcome(outcome, reply, state="failed", unknown=unknown)
        rest = mailing.rest_after(spent, self.first_rest)
        return Outcome(outcome, reply, rest=rest, unknown=unknown)

    def _give_back(self, mails: list[Row]) -> None:
        with self.open_work() as work:
            for mail in mails:
                mail_repository.give_back(work, mail)
            work.commit()

    def _note(self, mail: Row, how: Outcome) -> None:
        mail_metrics.attempted(how.outcome)
        with self.open_work() as work:
            self._write(work, mail, how)
            work.commit()

    def _write(self, work: UnitOfWork, mail: Row, how: Outcome) -> None:
        mail_repository.end_attempt(work, mail, how.outcome, how.reply)
        if how.state is not None:
            reason = None if how.state == "sent" else how.outcome
            mail_repository.end(work, mail["id"], how.state, reason)
        if how.rest is not None:
            mail_repository.later(work, mail["id"], work.clock.now() + how.rest)
        if how.unknown is None:
            return
        if _is_followed(mail):
            subscription_repository.set_undeliverable(work, how.unknown["recipient"])
        else:
            mail_repository.set_undeliverable(work, mail["recipient"], how.unknown["email"])

    def _later(self, mail: Row, rest: timedelta) -> None:
        with self.open_work() as work:
            mail_repository.later(work, mail["id"], work.clock.now() + rest)
            work.commit()

    def _end(self, mail: Row, state: str, reason: str) -> None:
        with self.open_work() as work:
            mail_repository.end(work, mail["id"], state, reason)
            work.commit()


def _handfuls(addressed: list[Addressed]) -> Iterator[list[Addressed]]:
    fresh = [one for one in addressed if one[0]["spent"] == 0]
    if fresh:
        yield fresh
    for one in addressed:
        if one[0]["spent"] > 0:
            yield [one]


def _is_followed(mail: Row) -> bool:
    """Whether it tells of a topic that its address follows, or asks to confirm that it does."""
    return is_subscriber(mail["recipient"])
