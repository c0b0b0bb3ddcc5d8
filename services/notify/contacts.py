"""Where to write to somebody: what is known of them, or else what registry or reports answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Protocol

from services.chassis.call import CallHeaders, own_call
from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.ids import new_id
from services.chassis.unit_of_work import UnitOfWork
from services.notify import mail_repository, mailing, subscription_mail
from services.notify.domain import is_guest, is_subscriber
from services.notify.mail.links import Links
from services.notify.mailing import Kind, Skip
from services.registry.contract import CONTACT_OF_ACCOUNT, FETCH_VERIFICATION
from services.reports.contract import CONTACT_OF_REPORT

PURPOSE = "notification"

Known = dict[str, Row]


class ChangedMeanwhile(Exception):
    """What was answered about a contact may be old already."""


class Rpc(Protocol):
    """How other services are asked."""

    def call(self, service: str, operation: str, body: dict[str, Any], headers: CallHeaders) -> Any:
        """Call an operation."""
        ...


@dataclass(frozen=True)
class Contacts:
    """Finds where to write. open_work: makes units of work. token: proves to others who asks."""

    open_work: Callable[[], AbstractContextManager[UnitOfWork]]
    rpc: Rpc
    token: Callable[[], str]
    links: Links

    def of(self, mail: Row, known: Known) -> dict[str, Any]:
        """Where to send it. known: what is known by recipient, to which the answer is added.

        Raises Skip, ChangedMeanwhile, and what asking raises.
        """
        if mail["kind"] == Kind.CODE:
            return self._code(mail)
        recipient = mail["recipient"]
        if is_subscriber(recipient):
            return self._reader(mail)
        mailing.refuse_unwanted(known[recipient])
        # a guest's first one shows the tracking code, which is not kept here
        if known[recipient]["is_known"] and mail["kind"] != Kind.WELCOME:
            contact = {name: known[recipient][name] for name in ("email", "language")}
        else:
            contact = self._asked(recipient)
            known[recipient] = known[recipient] | contact | {"is_known": True}
        if contact["email"] is None:
            raise Skip("no address")
        if is_guest(recipient):
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
