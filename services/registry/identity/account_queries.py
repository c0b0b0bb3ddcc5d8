"""Reads of accounts, for operators."""

from __future__ import annotations

from typing import Any

from services.chassis.database import Row, Session

# a session is one family of refresh tokens that still works
_LIST = """
SELECT a.id::text, a.login, a.role, a.agency, a.state = 'active' AS active, a.created_at,
  (SELECT count(DISTINCT t.family) FROM identity.refresh_token t
   WHERE t.account_id = a.id AND t.revoked_at IS NULL AND t.family_ends_at > now()
  ) AS sessions
FROM identity.account a
WHERE (%(role)s IS NULL OR a.role = %(role)s) AND (%(agency)s IS NULL OR a.agency = %(agency)s)
  AND a.login > %(after)s
ORDER BY a.login LIMIT %(limit)s"""

_AGENCIES = """
SELECT DISTINCT agency FROM identity.account WHERE agency IS NOT NULL AND state = 'active'"""


def agencies_in_use(session: Session) -> set[str]:
    """Codes of the agencies whose staff may log in."""
    return {row["agency"] for row in session.execute(_AGENCIES)}


def accounts(session: Session, asked: dict[str, Any]) -> list[Row]:
    """Accounts by login. asked: role and agency (None: all), after (a login), limit."""
    return session.execute(session.render(_LIST, asked))
