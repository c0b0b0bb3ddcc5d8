"""Who is calling."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a principal is; an access token names exactly one, never GUEST or SYSTEM.

    HEAD leads an agency (kepala perangkat daerah) and may do whatever its supervisors may. APP is a
    program of others that sends in what people told it, known by its API key.
    """

    GUEST = "guest"
    CITIZEN = "citizen"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    HEAD = "head"
    AUDITOR = "auditor"
    ADMIN = "admin"
    APP = "app"
    SYSTEM = "system"


# people, whether we know them or not; an app does only what an operation names it for
EVERYBODY = frozenset(Role) - {Role.SYSTEM, Role.APP}
LOGGED_IN = EVERYBODY - {Role.GUEST}
# other services of ours, never people; an operation names them one by one
INTERNAL = frozenset({Role.SYSTEM})
LEADERS = frozenset({Role.SUPERVISOR, Role.HEAD})
AGENCY_STAFF = LEADERS | {Role.OFFICER}
OVERSEERS = frozenset({Role.AUDITOR, Role.ADMIN})
STAFF = AGENCY_STAFF | OVERSEERS


@dataclass(frozen=True)
class Principal:
    """A verified caller. subject: the account's id. agency: the code of a staff member's agency."""

    subject: str
    role: Role
    agency: str | None = None

    @property
    def is_guest(self) -> bool:
        """Nobody is logged in."""
        return self.role is Role.GUEST


def service_subject(service: str) -> str:
    """The subject of a service that calls another one."""
    return f"service:{service}"


def app_subject(key_id: str) -> str:
    """The subject of an app that came with that API key."""
    return f"app:{key_id}"


def key_of_app(principal: Principal) -> str | None:
    """The id of the API key with which an app came; None for everybody else."""
    return principal.subject.removeprefix(app_subject("")) if principal.role is Role.APP else None


GUEST = Principal(subject="guest", role=Role.GUEST)
SYSTEM = Principal(subject="system", role=Role.SYSTEM)
