"""The rules of reports: who sees what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.chassis.principal import AGENCY_STAFF, OVERSEERS, Principal


@dataclass(frozen=True)
class View:
    """What of a report one principal may see.

    content: the report itself. identity: also who reported it.
    """

    content: bool
    identity: bool


def view_of(
    principal: Principal,
    *,
    visibility: str,
    agency: str,
    reporter: str | None,
    helpers: Iterable[str] = (),
) -> View:
    """How much of a report `principal` sees.

    Public and anonymous reports are open to everybody, without the reporter. A secret one (rahasia)
    is seen by its reporter, the staff of the agency that answers, auditors and admins. Staff of
    the agency and overseers also see who reported; that of agencies that take part (helpers) sees
    the report alone.
    """
    own = reporter is not None and reporter == principal.subject
    staff = is_overseer(principal) or works_for(principal, agency)
    helps = any(works_for(principal, helper) for helper in helpers)
    return View(content=visibility != "secret" or own or staff or helps, identity=staff)


def is_overseer(principal: Principal) -> bool:
    """Auditors and admins see everything."""
    return principal.role in OVERSEERS


def works_for(principal: Principal, agency: str) -> bool:
    """An agency's staff sees what the agency answers for."""
    return principal.role in AGENCY_STAFF and principal.agency == agency


def speaks_for(principal: Principal, agency: str) -> bool:
    """Counter, call centre and village officers speak for people; not about their own agency."""
    return principal.role in AGENCY_STAFF and principal.agency != agency
