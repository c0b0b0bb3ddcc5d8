"""Reads and writes of who sent what, and of who may send nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.chassis.cursors import Cursor
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.abuse.suspicion import Told
from services.reports.queries import COLUMNS, IS_OPEN

BATCH = 1_000
MOST_ALIKE = 200
_BLOCK = """id::text, which, report_id::text AS report, version, agency, reason, set_by, set_at,
  until, lifted_by, lifted_at, lifted_because, lifted_at IS NULL AND until > %(now)s AS active"""
_IN_FORCE = """
SELECT id::text, reason, until FROM sender_block
WHERE marks && %(marks)s::text[] AND lifted_at IS NULL AND until > %(now)s
ORDER BY until DESC LIMIT 1"""
_LIKE = """SELECT words, coalesce(likenesses, ARRAY[]::text[]) AS likenesses, account, device,
  networks[1] AS address, coalesce(lat, 0) AS lat, coalesce(long, 0) AS long,
  extract(epoch FROM %(now)s - at)::float AS seconds_ago
FROM report_sender"""
_NEWEST = f"at > %(now)s::timestamptz - interval '1 day' ORDER BY at DESC LIMIT {MOST_ALIKE}"
# what may be like what comes in: by each index what is newest there
_SAME_WORDS = f"({_LIKE} WHERE version = 1 AND words = %(words)s AND {_NEWEST})"
_SAME_SENDER = {
    mark: f"({_LIKE} WHERE cardinality(likenesses) > 0 AND {column} = %({mark})s AND {_NEWEST})"
    for mark, column in {
        "account": "account", "device": "device", "address": "networks[1]", "area": "area",
    }.items()
}  # fmt: skip
_GUESTS = """
SELECT count(*) FROM (
  SELECT 1 FROM report_sender
  WHERE %(looks)s AND networks[1] = %(address)s AND account IS NULL
    AND at > %(now)s::timestamptz - interval '1 hour' LIMIT %(guests)s) one"""
_NEXT = f"""
(SELECT nextval('report_serial') AS serial) s LEFT JOIN LATERAL ({_IN_FORCE}) b ON true"""
_SAID = f"{_LIKE} WHERE version > 1 AND words = %(words)s AND {_NEWEST}"
_HOLD = """
INSERT INTO report_suspected (id, report_id, version, since, reasons)
VALUES (%(id)s, %(report_id)s, %(version)s, %(since)s, %(reasons)s)"""
_DECIDE = "DELETE FROM report_suspected WHERE report_id = %(id)s AND version = %(version)s"
_ADD = """
INSERT INTO sender_block (id, which, marks, report_id, version, agency, reason, set_by, set_at,
                          until)
VALUES (%(id)s, %(which)s, %(marks)s, %(report)s, %(version)s, %(agency)s, %(reason)s, %(set_by)s,
        %(set_at)s, %(until)s)"""
_LOCKED = f"SELECT {_BLOCK} FROM sender_block WHERE id = %(id)s FOR NO KEY UPDATE"
_LIFT = """
UPDATE sender_block SET lifted_by = %(lifted_by)s, lifted_at = %(lifted_at)s,
  lifted_because = %(lifted_because)s
WHERE id = %(id)s"""
_KEEP = """
INSERT INTO report_sender (report_id, version, at, account, device, networks, words, likenesses,
                           area, lat, long)
VALUES (%(id)s, %(version)s, %(at)s, %(account)s, %(device)s, %(networks)s, %(words)s,
        %(likenesses)s, %(area)s, %(lat)s, %(long)s)"""
_SENDER = """
SELECT account, device, networks FROM report_sender
WHERE report_id = %(id)s AND version = %(version)s"""
_FORGET = """
DELETE FROM report_sender
WHERE report_id = %(id)s AND (version = 1 OR account = %(account)s)"""
# a block is remembered by whoever set it; by what its sender was known is not
_SWEEP = """
WITH old AS (
  SELECT report_id, version FROM report_sender WHERE at < %(before)s ORDER BY at LIMIT %(rows)s
), gone AS (
  DELETE FROM report_sender s USING old
  WHERE s.report_id = old.report_id AND s.version = old.version
), ended AS (
  UPDATE sender_block SET marks = ARRAY[]::text[]
  WHERE cardinality(marks) > 0 AND least(until, lifted_at) < %(before)s
)
SELECT count(*) AS rows FROM old"""


_HELD = f"""
SELECT {COLUMNS}, held_id, held_version, held_since, held_reasons, held_text
FROM (
  SELECT h.id::text AS held_id, r.id, h.version AS held_version, h.since AS held_since,
    h.reasons AS held_reasons, (
      SELECT m.original #>> ARRAY[]::text[] FROM report_moderation m
      WHERE m.report_id = r.id AND m.version = h.version AND h.version > 1) AS held_text
  FROM report_suspected h JOIN report r ON r.id = h.report_id
  WHERE {{conditions}} ORDER BY h.id LIMIT %(rows)s) waiting
JOIN report USING (id) ORDER BY held_id"""


def in_force(work: UnitOfWork, marks: list[str]) -> Row | None:
    """id, reason, until of the block that holds longest for any of the marks."""
    return work.first(_IN_FORCE, {"marks": marks, "now": work.clock.now()})


def opening(work: UnitOfWork, marks: list[str], like: dict[str, Any]) -> Row:
    """serial: the next of public numbers, never given twice, perhaps never used; id, reason, until
    as `in_force` finds them, null if there is no block; earlier: what may be like it; guests: how
    many reports guests sent from its address within an hour, counted as far as like["guests"]."""
    # all that has to be known before a report is taken in, in one round trip
    sql = f"SELECT s.serial, b.*, {_earlier(like)} AS earlier, ({_GUESTS}) AS guests FROM {_NEXT}"
    return work.all(sql, like | {"marks": marks, "now": work.clock.now()})[0]


def _earlier(like: dict[str, Any]) -> str:
    """Only what can find something is asked for: planning the rest takes longer than running it."""
    asked = [_SAME_WORDS] if like["looks"] else []
    if like["has_photos"]:
        asked += [sql for mark, sql in _SAME_SENDER.items() if like[mark] is not None]
    if not asked:
        return "'[]'::json"
    found = " UNION ".join(asked)
    return f"(SELECT coalesce(json_agg(row_to_json(one)), '[]') FROM ({found}) one)"


def said(work: UnitOfWork, words: str) -> list[Row]:
    """The newest comments with the same words."""
    return work.all(_SAID, {"words": words, "now": work.clock.now()})


def add(work: UnitOfWork, block: dict[str, Any]) -> None:
    """Remember a new block."""
    work.write(_ADD, block)


def locked(work: UnitOfWork, block_id: str) -> Row | None:
    """A block, which nobody else changes until this transaction ends."""
    return work.first(_LOCKED, {"id": block_id, "now": work.clock.now()})


def lift(work: UnitOfWork, block: Row) -> None:
    """It ends now."""
    work.write(_LIFT, block)


def page(
    work: UnitOfWork, asked: dict[str, Any], agency: str | None, after: Cursor | None
) -> list[Row]:
    """One page of blocks, newest first, with one row more than asked for. agency: None for all."""
    conditions = ["true"]
    if agency is not None:
        conditions.append("agency = %(agency)s")
    if "active" in asked:
        holds = "lifted_at IS NULL AND until > %(now)s"
        conditions.append(holds if asked["active"] else f"NOT ({holds})")
    if after is not None:
        conditions.append("id < %(after)s")
    sql = f"""SELECT {_BLOCK} FROM sender_block WHERE {" AND ".join(conditions)}
              ORDER BY id DESC LIMIT %(rows)s"""
    values = {"agency": agency, "now": work.clock.now(), "after": after}
    return work.all(sql, values | {"rows": asked["limit"] + 1})


def keep(work: UnitOfWork, report: Row, told: Told, networks: Sequence[str]) -> None:
    """Remember who sent that version of a report, what was said, and where."""
    values = {"at": report["updated_at"], "networks": list(networks)}
    work.write(_KEEP, report | asdict(told) | values)


def hold(work: UnitOfWork, held: dict[str, Any], report: Row) -> None:
    """That version of a report waits to be looked at. held: id, reasons."""
    about = {"report_id": report["id"], "version": report["version"], "since": report["updated_at"]}
    work.write(_HOLD, held | about)


def decide(work: UnitOfWork, report_id: str, version: int) -> None:
    """It waits no more."""
    work.write(_DECIDE, {"id": report_id, "version": version})


def held(
    work: UnitOfWork, asked: dict[str, Any], agency: str | None, after: Cursor | None
) -> list[Row]:
    """One page of what waits, with one row more than asked for. agency: None for all.

    Reports with held_id, held_version, held_since, held_reasons, held_text (of a comment).
    """
    conditions = [f"(h.version > 1 OR r.{IS_OPEN})"]
    if agency is not None:
        conditions.append("r.agency = %(agency)s")
    if after is not None:
        conditions.append("h.id > %(after)s")
    sql = _HELD.format(conditions=" AND ".join(conditions))
    return work.all(sql, {"agency": agency, "after": after, "rows": asked["limit"] + 1})


def sender(work: UnitOfWork, report_id: str, version: int) -> Row | None:
    """account, device, networks of who sent it, as far as that is kept."""
    return work.first(_SENDER, {"id": report_id, "version": version})


def forget(work: UnitOfWork, report_id: str, account: str | None) -> None:
    """Nothing of who sent a report, or anything to it by that account, is kept any more."""
    work.write(_FORGET, {"id": report_id, "account": account})


def sweep(work: UnitOfWork, before: datetime) -> bool:
    """Forget senders of before that moment, a batch at a time; whether there may be more."""
    return bool(work.all(_SWEEP, {"before": before, "rows": BATCH})[0]["rows"] == BATCH)
