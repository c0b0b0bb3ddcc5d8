"""Which kelurahan were reminded of which day's collections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from services.chassis import jsontext
from services.chassis.unit_of_work import UnitOfWork

_ASKED = "jsonb_to_recordset(%(asked)s) AS asked (area text, day date)"
_UNTOLD = f"""
SELECT area, day FROM {_ASKED} WHERE NOT EXISTS (
  SELECT 1 FROM collection_reminder known WHERE known.area = asked.area AND known.day = asked.day)
ORDER BY day, area"""
_CLAIM = f"""
INSERT INTO collection_reminder (area, day, told_at)
SELECT area, day, %(at)s FROM {_ASKED} ORDER BY area, day
ON CONFLICT DO NOTHING RETURNING area, day"""
_FORGET = "DELETE FROM collection_reminder WHERE told_at < %(before)s"

Due = tuple[str, date]


def untold(work: UnitOfWork, asked: Sequence[Due]) -> list[Due]:
    """(area, day) of those that nobody was reminded of, the earliest first."""
    return [(row["area"], row["day"]) for row in work.all(_UNTOLD, {"asked": _json(asked)})]


def claim(work: UnitOfWork, asked: Sequence[Due]) -> list[Due]:
    """Those of them that are this transaction's to tell of: nobody else did meanwhile."""
    if not asked:
        return []
    rows = work.all(_CLAIM, {"asked": _json(asked), "at": work.clock.now()})
    return [(row["area"], row["day"]) for row in rows]


def forget(work: UnitOfWork, before: datetime) -> None:
    """What was told before that matters no more."""
    work.write(_FORGET, {"before": before})


def _json(asked: Sequence[Due]) -> str:
    return jsontext.dumps([{"area": area, "day": day.isoformat()} for area, day in asked])
