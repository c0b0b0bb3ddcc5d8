"""Which codes of the city pack reports still need."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.database import Session
from services.reports.lifecycle import REOPEN_WITHIN

# what is settled may be reopened for a while, and is worked on then
_NEEDED = """state NOT IN ('closed', 'rejected', 'duplicate') OR settled_at > now() - %(reopen)s"""
_IN_USE = f"""
SELECT array_agg(DISTINCT category) AS categories, array_agg(DISTINCT agency) AS agencies,
  array_agg(DISTINCT area) FILTER (WHERE area IS NOT NULL) AS areas
FROM report WHERE {_NEEDED}"""


def codes_in_use(session: Session, reopen: timedelta = REOPEN_WITHIN) -> dict[str, set[str]]:
    """Codes of categories, agencies and areas that reports need which are, or may become, open."""
    row = session.execute(session.render(_IN_USE, {"reopen": reopen}))[0]
    return {kind: set(row[kind] or ()) for kind in ("categories", "agencies", "areas")}
