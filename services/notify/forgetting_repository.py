"""Reads and writes that make people of a report forgotten."""

from __future__ import annotations

from services.chassis.unit_of_work import UnitOfWork

REMOVED = "removed"
_PEOPLE = """
SELECT substr(recipient, 8) AS account FROM notification
WHERE report_id = %(id)s AND recipient LIKE 'person:%%'
UNION SELECT substr(recipient, 8) FROM mail WHERE subject = %(id)s AND recipient LIKE 'person:%%'
UNION SELECT person FROM follower_heard WHERE report_id = %(id)s
UNION SELECT person FROM follower WHERE report_id = %(id)s
UNION SELECT told->>'reporter' FROM duplicate
WHERE report_id = %(id)s AND told->>'reporter' IS NOT NULL"""
_SILENCE = """
INSERT INTO reporter_forgotten (report_id, digest, serial)
VALUES (%(id)s, %(digest)s, %(serial)s) ON CONFLICT DO NOTHING"""
# what waits in the inbox names them, too; ids are of one form, so nothing else is met
_FORGET = """
DELETE FROM notification WHERE report_id = %(id)s AND recipient = %(recipient)s;
DELETE FROM follower WHERE report_id = %(id)s AND person = %(account)s;
DELETE FROM follower_heard WHERE report_id = %(id)s AND person = %(account)s;
DELETE FROM feed WHERE audience = %(recipient)s AND data->>'report_id' = %(id)s;
DELETE FROM feed_incoming WHERE audience = %(recipient)s AND data->>'report_id' = %(id)s;
UPDATE topic_news SET actor = NULL WHERE subject = %(id)s AND actor = %(recipient)s;
DELETE FROM digest_item i USING topic_news n
WHERE n.subject = %(id)s AND i.event_id = n.event_id AND i.recipient = %(recipient)s;
UPDATE duplicate SET told = told || '{"reporter": null}'
WHERE report_id = %(id)s AND told->>'reporter' = %(account)s;
UPDATE chassis.inbox SET envelope = replace(envelope, %(account)s, %(removed)s)
WHERE state IN ('waiting', 'parked') AND (subject = %(id)s
  OR (handler = 'tell_duplicates' AND position(%(id)s IN envelope) > 0))"""
# a mail server's replies may quote the address
_FORGET_MAIL = """
UPDATE mail_attempt SET reply = NULL
WHERE mail_id IN (SELECT id FROM mail WHERE subject = %(id)s AND recipient = %(recipient)s);
UPDATE mail SET recipient = %(removed)s,
  reason = CASE state WHEN 'waiting' THEN 'forgotten' ELSE reason END,
  ended_at = CASE state WHEN 'waiting' THEN %(at)s ELSE ended_at END,
  state = CASE state WHEN 'waiting' THEN 'skipped' ELSE state END
WHERE subject = %(id)s AND recipient = %(recipient)s"""


def told_people(work: UnitOfWork, report_id: str) -> list[str]:
    """Accounts that were told of a report or follow it; as many as there are followers."""
    return [row["account"] for row in work.all(_PEOPLE, {"id": report_id})]


def silence(work: UnitOfWork, report_id: str, digest: str, serial: int) -> None:
    """Remember who is not told of a report any more, and up to which change of followers."""
    work.write(_SILENCE, {"id": report_id, "digest": digest, "serial": serial})


def forget(work: UnitOfWork, report_id: str, account: str, recipient: str) -> None:
    """Remove what connects an account with a report."""
    values = {"id": report_id, "account": account, "recipient": recipient, "removed": REMOVED}
    work.write(_FORGET, values)


def forget_mail(work: UnitOfWork, report_id: str, recipient: str) -> None:
    """Send a recipient no more of a report, and keep no trace of where it was sent."""
    values = {"id": report_id, "recipient": recipient, "removed": REMOVED}
    work.write(_FORGET_MAIL, values | {"at": work.clock.now()})
