"""Who makes the files of open data, and that they are made."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from services.chassis import jsontext
from services.chassis.unit_of_work import UnitOfWork

# longer than a page of reports ever takes; whoever was silent for so long is gone
LEASE = timedelta(minutes=2)
_CLAIM = """
INSERT INTO open_data AS d (day, holder, held_until) VALUES (%(day)s, %(holder)s, %(until)s)
ON CONFLICT (day) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
WHERE d.held_until IS NULL OR d.held_until < %(now)s RETURNING 1 AS yes"""
_RENEW = """
UPDATE open_data SET held_until = %(until)s WHERE day = %(day)s AND holder = %(holder)s
RETURNING 1 AS yes"""
_FINISH = """
UPDATE open_data SET held_until = NULL, made_at = %(now)s, reports = %(reports)s, files = %(files)s
WHERE day = %(day)s AND holder = %(holder)s RETURNING 1 AS yes"""
_FORGET = "DELETE FROM open_data WHERE day < %(oldest)s"


def claim(work: UnitOfWork, day: date, holder: str) -> bool:
    """Be the one who makes the files of that day; False if somebody else is at it."""
    return _did(work, _CLAIM, day, holder)


def renew(work: UnitOfWork, day: date, holder: str) -> bool:
    """Still be; False if another one has taken it over."""
    return _did(work, _RENEW, day, holder)


def finish(
    work: UnitOfWork, day: date, holder: str, reports: int, files: list[dict[str, Any]]
) -> bool:
    """They are made; False if another one has taken it over."""
    return _did(work, _FINISH, day, holder, reports=reports, files=jsontext.dumps(files))


def forget_before(work: UnitOfWork, oldest: date) -> None:
    """Days that nobody needs any more."""
    work.write(_FORGET, {"oldest": oldest})


def _did(work: UnitOfWork, sql: str, day: date, holder: str, **more: Any) -> bool:
    now = work.clock.now()
    values = {"day": day, "holder": holder, "now": now, "until": now + LEASE} | more
    return bool(work.all(sql, values))
