"""Reads and writes of who sent what, and of who may send nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.cursors import Cursor
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork

_BLOCK = """id::text, which, report_id::text AS report, version, agency, reason, set_by, set_at,
  until, lifted_by, lifted_at, lifted_because, lifted_at IS NULL AND until > %(now)s AS active"""
_IN_FORCE = """
SELECT id::text, reason, until FROM sender_block
WHERE marks && %(marks)s::text[] AND lifted_at IS NULL AND until > %(now)s
ORDER BY until DESC LIMIT 1"""
# all that has to be known before a report is taken in, in one round trip
_OPENING = f"""
SELECT s.serial, b.* FROM (SELECT nextval('report_serial') AS serial) s
LEFT JOIN LATERAL ({_IN_FORCE}) b ON true"""
_ADD = """
INSERT INTO sender_block (id, which, marks, report_id, version, agency, reason, set_by, set_at,
                          until)
VALUES (%(id)s, %(which)s, %(marks)s, %(report)s, %(version)s, %(agency)s, %(reason)s, %(set_by)s,
        %(set_at)s, %(until)s)"""
_LOCKED = f"SELECT {_BLOCK} FROM sender_block WHERE id = %(id)s FOR UPDATE"
_LIFT = """
UPDATE sender_block SET lifted_by = %(lifted_by)s, lifted_at = %(lifted_at)s,
  lifted_because = %(lifted_because)s
WHERE id = %(id)s"""
_KEEP = """
INSERT INTO report_sender (report_id, version, at, account, device, networks)
VALUES (%(id)s, %(version)s, %(at)s, %(account)s, %(device)s, %(networks)s)"""
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
BATCH = 1_000


def in_force(work: UnitOfWork, marks: list[str]) -> Row | None:
    """id, reason, until of the block that holds longest for any of the marks."""
    return work.first(_IN_FORCE, {"marks": marks, "now": work.clock.now()})


def opening(work: UnitOfWork, marks: list[str]) -> Row:
    """serial: the next of public numbers, never given twice, perhaps never used; and id, reason,
    until as `in_force` finds them, null if there is no block."""
    return work.all(_OPENING, {"marks": marks, "now": work.clock.now()})[0]


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


def keep(work: UnitOfWork, report: Row, sender: dict[str, Any]) -> None:
    """Remember who sent that version of a report. sender: account, device, networks."""
    values = {"id": report["id"], "version": report["version"], "at": report["updated_at"]}
    work.write(_KEEP, values | sender)


def sender(work: UnitOfWork, report_id: str, version: int) -> Row | None:
    """account, device, networks of who sent it, as far as that is kept."""
    return work.first(_SENDER, {"id": report_id, "version": version})


def forget(work: UnitOfWork, report_id: str, account: str | None) -> None:
    """Nothing of who sent a report, or anything to it by that account, is kept any more."""
    work.write(_FORGET, {"id": report_id, "account": account})


def sweep(work: UnitOfWork, before: datetime) -> bool:
    """Forget senders of before that moment, a batch at a time; whether there may be more."""
    return bool(work.all(_SWEEP, {"before": before, "rows": BATCH})[0]["rows"] == BATCH)
