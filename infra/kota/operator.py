"""The operator: who that is in the audit, and commands of services done in their name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from infra.kota.databases import session
from infra.kota.output import fail
from services.chassis.call import Call
from services.chassis.errors import Conflict, DomainError, Invalid, NotFound
from services.chassis.principal import Principal, Role
from services.chassis.unit_of_work import UnitOfWork

OPERATOR = Principal("operator", Role.SYSTEM)
Answer = TypeVar("Answer")


def done(service: str, command: Callable[[UnitOfWork], Answer], *, commits: bool = False) -> Answer:
    """Run a command of a service as the operator. commits: it does so itself."""
    with session(service) as opened:
        work = UnitOfWork(opened, call=Call(OPERATOR))
        answer = command(work)
        if not commits:
            work.commit()
    return answer


@contextmanager
def explained(*, missing: str, conflict: str | None = None) -> Iterator[None]:
    """End with what a service refused, said for operators; bad input with exit code 2.

    missing: said when the thing is not there. conflict: said instead of the service's own words.
    """
    try:
        yield
    except Invalid as invalid:
        fail("\n".join(f"{one.field}: {one.message}" for one in invalid.errors), 2)
    except NotFound:
        fail(missing)
    except Conflict as problem:
        fail(conflict or str(problem.title))
    except DomainError as problem:
        fail(str(problem.title))
