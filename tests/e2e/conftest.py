"""End-to-end tests use one running stack."""

from tests.running import (
    admin,
    citizen,
    city,
    guest,
    newcomer,
    officer,
    other_citizen,
    other_officer,
    stack,
)

__all__ = [
    "admin",
    "citizen",
    "city",
    "guest",
    "newcomer",
    "officer",
    "other_citizen",
    "other_officer",
    "stack",
]
