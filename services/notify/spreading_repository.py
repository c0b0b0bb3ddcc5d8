"""What happened to topics and is still to be told, and what waits for digests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis import jsontext
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork

# nothing is kept where nobody follows
_ADD = """
INSERT INTO topic_news (event_id, subject, key, topics, about, actor, path, at)
SELECT %(event_id)s, %(subject)s, %(key)s, %(topics)s::text[], %(about)s, %(actor)s, %(path)s,
  %(at)s
WHERE EXISTS (SELECT 1 FROM subscription WHERE topic = ANY(%(topics)s::text[])
  AND since IS NOT NULL AND ended_at IS NULL)"""
# an earlier version says no path, and tells of reports only
_PATH = "coalesce(n.path, '/v1/reports/' || n.subject::text) AS path"
# an incident has the id of its first report, which may be hidden while others are seen
_IS_HIDDEN = """EXISTS (SELECT 1 FROM hidden h
  WHERE h.report_id = n.subject AND h.is_hidden AND n.key LIKE 'report.%%')"""
_TAKE = f"""
SELECT n.event_id::text, n.subject::text, n.key, n.topics, n.about, n.actor, n.at, n.spread_to,
  {_PATH}, {_IS_HIDDEN} AS is_hidden
FROM topic_news n WHERE NOT n.is_spread ORDER BY n.at LIMIT 1 FOR UPDATE SKIP LOCKED"""
_ADVANCE = "UPDATE topic_news SET spread_to = %(reached)s WHERE event_id = %(event_id)s"
_END = "UPDATE topic_news SET is_spread = true, actor = NULL WHERE event_id = %(event_id)s"
_ADD_ITEMS = """
INSERT INTO digest_item (recipient, event_id, at)
SELECT recipient, %(event_id)s, %(at)s FROM unnest(%(recipients)s::text[]) AS told (recipient)"""
# one at a time makes digests; a number that stands for them in the one space of advisory locks
_LOCK = "SELECT pg_try_advisory_xact_lock(727002) AS is_mine"
# what nobody wants any more, or was hidden, is taken with the rest; a row comes back in any case
_TAKE_ITEMS = f"""
WITH due AS (
  SELECT DISTINCT recipient FROM (
    SELECT recipient FROM digest_item WHERE at < %(until)s ORDER BY at LIMIT 500) oldest
  LIMIT %(recipients)s),
taken AS (
  DELETE FROM digest_item i USING due WHERE i.recipient = due.recipient AND i.at < %(until)s
  RETURNING i.recipient, i.event_id),
wanted AS (
  SELECT t.recipient, n.subject::text, n.key, n.about, {_PATH},
    count(*) OVER (PARTITION BY t.recipient) AS items,
    row_number() OVER (PARTITION BY t.recipient ORDER BY n.at, n.event_id) AS nr
  FROM taken t JOIN topic_news n USING (event_id)
  WHERE NOT {_IS_HIDDEN}
    AND EXISTS (SELECT 1 FROM subscription s WHERE s.recipient = t.recipient
      AND s.topic = ANY(n.topics) AND s.since <= n.at AND s.ended_at IS NULL))
SELECT counted.taken, w.* FROM (SELECT count(*) AS taken FROM taken) counted
LEFT JOIN wanted w ON w.nr <= %(lines)s ORDER BY w.recipient, w.nr"""
_FORGET = """
WITH old AS (DELETE FROM topic_news WHERE event_id = ANY(ARRAY(
  SELECT event_id FROM topic_news n WHERE is_spread AND at < %(before)s
    AND NOT EXISTS (SELECT 1 FROM digest_item i WHERE i.event_id = n.event_id)
  ORDER BY at LIMIT 1000)) RETURNING 1)
SELECT count(*) AS count FROM old"""


def add(work: UnitOfWork, news: dict[str, Any]) -> None:
    """Keep what happened, if anybody follows one of its topics."""
    work.write(_ADD, news | {"about": jsontext.dumps(news["about"]), "at": work.clock.now()})


def take(work: UnitOfWork) -> Row | None:
    """The oldest news that not everybody has, and nobody else is at."""
    return work.first(_TAKE)


def advance(work: UnitOfWork, event_id: str, reached: str | None) -> None:
    """Everybody up to `reached` has it; None: everybody has."""
    work.write(_END if reached is None else _ADVANCE, {"event_id": event_id, "reached": reached})


def add_items(work: UnitOfWork, news: Row, recipients: list[str]) -> None:
    """These are told in their next digest."""
    if recipients:
        values = {"event_id": news["event_id"], "at": news["at"], "recipients": recipients}
        work.write(_ADD_ITEMS, values)


def lock_digests(work: UnitOfWork) -> bool:
    """Whether digests are this transaction's to make."""
    return bool(work.all(_LOCK)[0]["is_mine"])


def take_items(
    work: UnitOfWork, until: datetime, *, recipients: int, lines: int
) -> tuple[int, list[Row]]:
    """How many items were taken, and those to be shown, at most `lines` of each recipient.

    recipient, subject, key, about, path, items (how many there are), by recipient and time.
    """
    values = {"until": until, "recipients": recipients, "lines": lines}
    rows = work.all(_TAKE_ITEMS, values)
    return int(rows[0]["taken"]), [row for row in rows if row["recipient"] is not None]


def forget(work: UnitOfWork, before: datetime) -> int:
    """Delete a batch of news that everybody has; how many there were."""
    return int(work.all(_FORGET, {"before": before})[0]["count"])
