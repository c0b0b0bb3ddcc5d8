"""The rules of reports: who sees what."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.principal import Principal, Role

_OVERSEERS = frozenset({Role.AUDITOR, Role.ADMIN})
_AGENCY_STAFF = frozenset({Role.OFFICER, Role.SUPERVISOR})


@dataclass(frozen=True)
class View:
    """What of a report one principal may see.

    content: the report itself. identity: also who reported it.
    """

    content: bool
    identity: bool


def view_of(principal: Principal, *, visibility: str, agency: str, reporter: str | None) -> View:
    """How much of a report `principal` sees.

    Public and anonymous reports are open to everybody, without the reporter. A secret one (rahasia)
    is seen by its reporter, the staff of the agency that answers, auditors and admins. Staff of
    the agency and overseers also see who reported.
    """
    own = reporter is not None and reporter == principal.subject
    staff = is_overseer(principal) or works_for(principal, agency)
    return View(content=visibility != "secret" or own or staff, identity=staff)


def is_overseer(principal: Principal) -> bool:
    """Auditors and admins see everything."""
    return principal.role in _OVERSEERS


def works_for(principal: Principal, agency: str) -> bool:
    """Officers and supervisors see what their agency answers for."""
    return principal.role in _AGENCY_STAFF and principal.agency == agency
