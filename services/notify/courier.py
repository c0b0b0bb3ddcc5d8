"""Brings one message after the other to the mail server.

What was done is written down before and after handing over, in transactions of its own. Whoever is
killed in between leaves an attempt without an outcome, and the message is tried again: at most one
more than needed, and to be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

from services.chassis.call import CallHeaders, own_call
from services.chassis.database import Row
from services.chassis.errors import DomainError, Invalid, NotFound, Unavailable
from services.chassis.ids import new_id
from services.chassis.unit_of_work import UnitOfWork
from services.notify import (
    mail_metrics,
    mail_repository,
    mailing,
    subscription_mail,
    subscription_repository,
)
from services.notify.domain import is_guest, is_subscriber
from services.notify.mail.letter import Sender, compose
from services.notify.mail.links import Links
from services.notify.mail.smtp import MailRefused, MailServerAway, MailUnsure, SmtpSender
from services.notify.mailing import Kind, Skip
from services.registry.contract import CONTACT_OF_ACCOUNT, FETCH_VERIFICATION
from services.reports.contract import CONTACT_OF_REPORT

PURPOSE = "notification"
AWAY_FOR = timedelta(seconds=10)


class ChangedMeanwhile(Exception):
    """What was answered about a contact may be old already."""


class Rpc(Protocol):
    """How other services are asked."""

    def call(self, service: str, operation: str, body: dict[str, Any], headers: CallHeaders) -> Any:
        """Call an operation."""
        ...


@dataclass(frozen=True)
class Courier:
    """Brings messages to the mail server, one after the other.

    open_work: makes units of work. token: proves to others who asks. first_rest: before the
    second try of a message that was refused for now. lease: nobody else takes a message meanwhile;
    longer than handing it over can take.
    """

    open_work: Callable[[], AbstractContextManager[UnitOfWork]]
    rpc: Rpc
    token: Callable[[], str]
    sender: Sender
    smtp: SmtpSender
    links: Links
    first_rest: timedelta
    lease: timedelta

    def deliver_next(self) -> bool:
        """Deal with one message that is due; whether there was one.

        Raises Unavailable while the mail server is away, and what asking for a contact raises; the
        message is due again soon.
        """
        with self.open_work() as work:
            if not mail_repository.is_any_due(work):
                return False
            work.commit()
        self._connect()
        with self.open_work() as work:
            mail = mail_repository.take(work, work.clock.now() + self.lease)
            work.commit()
        if mail is not None:
            self._deal_with(mail)
        return mail is not None

    def _connect(self) -> None:
        try:
            self.smtp.connect()
        except MailServerAway as away:
            raise Unavailable() from away

    def _deal_with(self, mail: Row) -> None:
        if mail["spent"] >= mailing.MOST_TRIES:  # every attempt ended with its process
            self._end(mail, "failed", "lost")
            return
        contact = self._contact_or_end(mail)
        if contact is None:
            return
        try:
            self._attempt(mail | {"tries": mail["tries"] + 1}, contact)
        except MailServerAway as away:
            self._later(mail, AWAY_FOR)
            raise Unavailable() from away

    def _contact_or_end(self, mail: Row) -> dict[str, Any] | None:
        """Where to send it; None if that was decided otherwise. Raises DomainError."""
        try:
            return self._contact(mail)
        except Skip as skip:
            mail_metrics.skipped(skip.reason)
            self._end(mail, "skipped", skip.reason)
        except ChangedMeanwhile:
            self._later(mail, timedelta(0))
        except Invalid as error:  # asking again changes nothing
            self._end(mail, "failed", error.code)
        except DomainError:
            self._later(mail, AWAY_FOR)
            raise
        return None

    def _contact(self, mail: Row) -> dict[str, Any]:
        """Where to send it. Raises Skip, ChangedMeanwhile, DomainError."""
        if mail["kind"] == Kind.CODE:
            return self._code(mail)
        if is_subscriber(mail["recipient"]):
            return self._reader(mail)
        with self.open_work() as work:
            known = mail_repository.known(work, mail["recipient"])
            work.commit()
        mailing.refuse_unwanted(known)
        # a guest's first one shows the tracking code, which is not kept here
        if known["is_known"] and mail["kind"] != Kind.WELCOME:
            contact = {"email": known["email"], "language": known["language"]}
        else:
            contact = self._asked(mail["recipient"])
        if contact["email"] is None:
            raise Skip("no address")
        if is_guest(mail["recipient"]):
            self._check_proven(mail, contact["email"])
        return contact

    def _reader(self, mail: Row) -> dict[str, Any]:
        with self.open_work() as work:
            found = subscription_mail.contact(work, mail)
            work.commit()
        return found

    def _check_proven(self, mail: Row, email: str) -> None:
        with self.open_work() as work:
            mailing.refuse_unproven(work, mail, self.links.address(email))
            work.commit()

    def _code(self, mail: Row) -> dict[str, Any]:
        asked = {"verification_id": mail["subject"]}
        try:
            return self._call("registry", FETCH_VERIFICATION.name, asked)
        except NotFound:
            raise Skip("expired") from None

    def _asked(self, recipient: str) -> dict[str, Any]:
        ask_id = new_id()
        with self.open_work() as work:
            mail_repository.start_asking(work, recipient, ask_id)
            work.commit()
        found = self._answered(recipient)
        contact = {"email": found["email"], "language": found["language"]}
        with self.open_work() as work:
            is_kept = mail_repository.keep_contact(work, recipient, ask_id, contact)
            work.commit()
        if not is_kept:
            raise ChangedMeanwhile
        return contact | {"code": found.get("tracking_code")}

    def _answered(self, recipient: str) -> dict[str, Any]:
        who = recipient.partition(":")[2]
        if is_guest(recipient):
            asked = {"report_id": who, "purpose": PURPOSE}
            return self._call("reports", CONTACT_OF_REPORT.name, asked)
        asked = {"account_id": who, "purpose": PURPOSE}
        return self._call("registry", CONTACT_OF_ACCOUNT.name, asked)

    def _call(self, service: str, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = replace(own_call().headers, authorization=self.token())
        answer: dict[str, Any] = self.rpc.call(service, operation, body, headers)
        return answer

    def _attempt(self, mail: Row, contact: dict[str, Any]) -> None:
        with self.open_work() as work:
            mail_repository.start_attempt(work, mail)
            at = work.clock.now()
            work.commit()
        try:
            is_topic = is_subscriber(mail["recipient"])
            write = subscription_mail.letter if is_topic else mailing.letter
            message = compose(write(mail, contact, self.links), self.sender, at)
            reply = self.smtp.send(message)
        except MailServerAway as away:
            self._note(mail, "away", str(away))
            raise
        except MailUnsure as unsure:
            self._failed(mail, "unsure", str(unsure))
        except MailRefused as refused:
            self._refused(mail, contact, refused)
        except ValueError as unfit:  # no mail server can take this address
            self._failed(mail, "unfit", type(unfit).__name__, for_good=True)
        else:
            self._note(mail, "accepted", reply, state="sent")

    def _refused(self, mail: Row, contact: dict[str, Any], refused: MailRefused) -> None:
        outcome = "refused" if refused.permanent else "deferred"
        self._failed(mail, outcome, refused.reply, for_good=refused.permanent)
        if refused.unknown_address:
            self._leave_alone(mail, contact)

    def _leave_alone(self, mail: Row, contact: dict[str, Any]) -> None:
        with self.open_work() as work:
            if is_subscriber(mail["recipient"]):
                subscription_repository.set_undeliverable(work, contact["recipient"])
            else:
                mail_repository.set_undeliverable(work, mail["recipient"], contact["email"])
            work.commit()

    def _failed(self, mail: Row, outcome: str, reply: str, *, for_good: bool = False) -> None:
        spent = mail["spent"] + 1
        if for_good or spent >= mailing.MOST_TRIES:
            self._note(mail, outcome, reply, state="failed")
            return
        self._note(mail, outcome, reply)
        self._later(mail, mailing.rest_after(spent, self.first_rest))

    def _note(self, mail: Row, outcome: str, reply: str, state: str | None = None) -> None:
        mail_metrics.attempted(outcome)
        with self.open_work() as work:
            mail_repository.end_attempt(work, mail, outcome, reply)
            if state is not None:
                reason = None if state == "sent" else outcome
                mail_repository.end(work, mail["id"], state, reason)
            work.commit()

    def _later(self, mail: Row, rest: timedelta) -> None:
        with self.open_work() as work:
            mail_repository.later(work, mail["id"], work.clock.now() + rest)
            work.commit()

    def _end(self, mail: Row, state: str, reason: str) -> None:
        with self.open_work() as work:
            mail_repository.end(work, mail["id"], state, reason)
            work.commit()
