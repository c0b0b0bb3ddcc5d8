"""Who is told what."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.principal import Principal


@dataclass(frozen=True)
class Message:
    """One message to write: to whom, and by which key of the city pack's texts."""

    recipient: str
    key: str


def person(account: str) -> str:
    """The recipient that is one person."""
    return f"person:{account}"


def agency(code: str) -> str:
    """The recipient that is everybody who works for an agency."""
    return f"agency:{code}"


def recipients_of(principal: Principal) -> list[str]:
    """Under which recipients a person finds their notifications."""
    own = [person(principal.subject)]
    return own if principal.agency is None else [*own, agency(principal.agency)]


def is_public(visibility: str) -> bool:
    """Whether everybody may know that there is such a report; a secret one (rahasia) is not."""
    return visibility in ("public", "anonymous")


def messages_for_submitted(reporter: str | None, agency_code: str) -> list[Message]:
    """A new report: its reporter, if there is an account, and the agency that answers."""
    to_reporter = [] if reporter is None else [Message(person(reporter), "report.submitted")]
    return [*to_reporter, Message(agency(agency_code), "report.submitted.agency")]
