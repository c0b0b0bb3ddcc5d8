"""Messages to be sent by e-mail, their attempts, contacts, and what people chose."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis import jsontext
from services.chassis.database import Row
from services.chassis.text import Text
from services.chassis.unit_of_work import UnitOfWork

_QUEUE = """
INSERT INTO mail (id, recipient, kind, event_id, subject, title, text, next_at, created_at)
VALUES (%(id)s, %(recipient)s, %(kind)s, %(event_id)s, %(subject)s, %(title)s, %(text)s, %(at)s,
        %(at)s)"""
# what goes to many has a line of its own, which code of before does not know of
_QUEUE_BULK = """
INSERT INTO mail (id, recipient, kind, event_id, subject, title, text, path, next_at, bulk_at,
  created_at)
VALUES (%(id)s, %(recipient)s, %(kind)s, %(event_id)s, %(subject)s, %(title)s, %(text)s, %(path)s,
  'infinity', %(at)s, %(at)s)"""
_ANY_DUE = """
SELECT 1 AS yes WHERE EXISTS (SELECT 1 FROM mail WHERE state = 'waiting' AND next_at <= %(now)s)
  OR EXISTS (SELECT 1 FROM mail WHERE state = 'waiting' AND bulk_at <= %(now)s)"""
# whoever else takes some meanwhile is not waited for; until then they are nobody else's. Somebody
# waits for a code, and for the letter that asks to confirm; what goes to many comes last. Attempts
# while the mail server was away do not count.
_LINES = (
    ("kind = 'code'", "next_at"),
    ("kind = 'confirm'", "bulk_at"),
    ("kind <> 'code' AND bulk_at IS NULL", "next_at"),
    ("kind <> 'confirm' AND bulk_at IS NOT NULL", "bulk_at"),
)


def _line(turn: int, which: str, at: str) -> str:
    return f"""
SELECT * FROM (SELECT id, {at} AS due, {turn} AS turn FROM mail
  WHERE state = 'waiting' AND {which} AND {at} <= %(now)s
  ORDER BY {at} LIMIT %(most)s FOR UPDATE SKIP LOCKED) line{turn}"""


_DUE = " UNION ALL".join(_line(turn, which, at) for turn, (which, at) in enumerate(_LINES))
_TAKE = f"""
WITH taken AS (SELECT * FROM ({_DUE}) due ORDER BY turn, due LIMIT %(most)s)
UPDATE mail SET next_at = CASE WHEN bulk_at IS NULL THEN %(until)s ELSE next_at END,
  bulk_at = CASE WHEN bulk_at IS NULL THEN NULL ELSE %(until)s END
FROM taken WHERE mail.id = taken.id
RETURNING mail.id::text, recipient, kind, subject::text, title, text, tries, path, turn, due,
  (SELECT count(*) FROM mail_attempt
   WHERE mail_id = mail.id AND outcome IS DISTINCT FROM 'away') AS spent"""
_KNOWN = """
SELECT asked.recipient, c.recipient IS NOT NULL AS is_known, c.email, c.language,
  c.undeliverable_at, h.unsubscribed_at
FROM unnest(%(recipients)s::text[]) asked (recipient)
LEFT JOIN contact c ON c.recipient = asked.recipient
LEFT JOIN mail_choice h ON h.recipient = asked.recipient"""
_ASK = """
INSERT INTO contact_ask (recipient, id, at) VALUES (%(recipient)s, %(id)s, %(at)s)
ON CONFLICT (recipient) DO UPDATE SET id = excluded.id, at = excluded.at"""
# only if nothing was said meanwhile that makes the answer old
_KEEP_CONTACT = """
WITH asked AS (
  DELETE FROM contact_ask WHERE recipient = %(recipient)s AND id = %(id)s RETURNING recipient)
INSERT INTO contact (recipient, email, language, fetched_at)
SELECT recipient, %(email)s, %(language)s, %(at)s FROM asked
ON CONFLICT (recipient) DO UPDATE
SET email = excluded.email, language = excluded.language, fetched_at = excluded.fetched_at,
  undeliverable_at = CASE WHEN contact.email = excluded.email THEN contact.undeliverable_at END
RETURNING 1 AS kept"""
_UNDELIVERABLE = """
UPDATE contact SET undeliverable_at = %(at)s
WHERE recipient = %(recipient)s AND email = %(email)s"""
# in this order: who keeps an answer meanwhile holds the first row, and is waited for
_FORGET_CONTACT = """
DELETE FROM contact_ask WHERE recipient = %(recipient)s;
DELETE FROM contact WHERE recipient = %(recipient)s"""
_START = """
INSERT INTO mail_attempt (mail_id, n, started_at) VALUES (%(id)s, %(tries)s, %(at)s);
UPDATE mail SET tries = %(tries)s WHERE id = %(id)s"""
# not if somebody else has begun another meanwhile
_GIVE_BACK = """
DELETE FROM mail_attempt WHERE mail_id = %(id)s AND n = %(tries)s AND outcome IS NULL;
UPDATE mail SET tries = tries - 1,
  next_at = CASE WHEN bulk_at IS NULL THEN %(at)s ELSE next_at END,
  bulk_at = CASE WHEN bulk_at IS NULL THEN NULL ELSE %(at)s END
WHERE id = %(id)s AND state = 'waiting' AND tries = %(tries)s"""
# whoever was forgotten meanwhile is not quoted
_END_ATTEMPT = """
UPDATE mail_attempt a SET outcome = %(outcome)s, ended_at = %(at)s,
  reply = CASE m.recipient WHEN 'removed' THEN NULL ELSE %(reply)s END
FROM mail m WHERE a.mail_id = %(id)s AND a.n = %(tries)s AND m.id = a.mail_id"""
_LOSE = "UPDATE mail_attempt SET outcome = 'lost' WHERE mail_id = %(id)s AND outcome IS NULL"
_END = """
UPDATE mail SET state = %(state)s, reason = %(reason)s, ended_at = %(at)s
WHERE id = %(id)s AND state = 'waiting'"""
_LATER = """
UPDATE mail SET next_at = CASE WHEN bulk_at IS NULL THEN %(at)s ELSE next_at END,
  bulk_at = CASE WHEN bulk_at IS NULL THEN NULL ELSE %(at)s END
WHERE id = %(id)s AND state = 'waiting'"""
_CHOICE = "SELECT unsubscribed_at, confirmed_at FROM mail_choice WHERE recipient = %(recipient)s"
_CHOOSE = """
INSERT INTO mail_choice (recipient, unsubscribed_at, confirmed_at)
VALUES (%(recipient)s, %(unsubscribed_at)s, %(confirmed_at)s)
ON CONFLICT (recipient) DO UPDATE
SET unsubscribed_at = excluded.unsubscribed_at, confirmed_at = excluded.confirmed_at"""
_QUEUE_STATE = """
SELECT count(*) AS messages, min(created_at) AS oldest
FROM (SELECT created_at FROM mail WHERE state = 'waiting' ORDER BY next_at LIMIT 10000) waiting"""
# the first letter to an address is whichever claims it first
_FIRST_LETTER = """
INSERT INTO mail_choice (recipient, first_mail) VALUES (%(recipient)s, %(mail)s)
ON CONFLICT (recipient) DO UPDATE
SET first_mail = coalesce(mail_choice.first_mail, excluded.first_mail)
RETURNING first_mail::text"""
_FORGET_ASKED = "DELETE FROM contact_ask WHERE at < %(before)s"
_FORGET_ENDED = """
WITH old AS (DELETE FROM mail WHERE id = ANY(ARRAY(
  SELECT id FROM mail WHERE ended_at < %(before)s LIMIT 1000)) RETURNING 1)
SELECT count(*) AS count FROM old"""


def queue(work: UnitOfWork, mail: dict[str, Any], title: Text, text: Text) -> None:
    """Add a message to be sent."""
    words = {"title": jsontext.dumps(title.data()), "text": jsontext.dumps(text.data())}
    work.write(_QUEUE, mail | words | {"at": work.clock.now()})


def queue_bulk(work: UnitOfWork, mail: dict[str, Any], title: Text, text: Text) -> None:
    """Add a letter of those that go to many."""
    words = {"title": jsontext.dumps(title.data()), "text": jsontext.dumps(text.data())}
    work.write(_QUEUE_BULK, mail | words | {"at": work.clock.now()})


def is_any_due(work: UnitOfWork) -> bool:
    """Whether there is anything to send now."""
    return work.first(_ANY_DUE, {"now": work.clock.now()}) is not None


def take(work: UnitOfWork, until: datetime, most: int) -> list[Row]:
    """So many messages that are due, codes first; nobody else takes them before `until`."""
    values = {"now": work.clock.now(), "until": until, "most": most}
    taken = work.all(_TAKE, values)
    return sorted(taken, key=lambda row: (row["turn"], row["due"], row["id"]))


def known(work: UnitOfWork, recipients: set[str]) -> dict[str, Row]:
    """What is known of recipients: their contacts, if these were asked for, and their choices."""
    rows = work.all(_KNOWN, {"recipients": sorted(recipients)})
    return {row["recipient"]: row for row in rows}


def start_asking(work: UnitOfWork, recipient: str, ask_id: str) -> None:
    """A contact is about to be asked for."""
    work.write(_ASK, {"recipient": recipient, "id": ask_id, "at": work.clock.now()})


def keep_contact(work: UnitOfWork, recipient: str, ask_id: str, contact: dict[str, Any]) -> bool:
    """Remember where to write, or that there is nowhere to.

    False if the contact changed, was forgotten, or was asked for again since `start_asking`.
    """
    values = {"recipient": recipient, "id": ask_id, "at": work.clock.now()}
    return work.first(_KEEP_CONTACT, contact | values) is not None


def set_undeliverable(work: UnitOfWork, recipient: str, email: str) -> None:
    """Their mail server knows no such address; nothing if they have another by now."""
    values = {"recipient": recipient, "email": email, "at": work.clock.now()}
    work.write(_UNDELIVERABLE, values)


def forget_contact(work: UnitOfWork, recipient: str) -> None:
    """Ask for it anew when it is needed."""
    work.write(_FORGET_CONTACT, {"recipient": recipient})


def forget_asked(work: UnitOfWork, before: datetime) -> None:
    """Forget questions that nobody waits for any more."""
    work.write(_FORGET_ASKED, {"before": before})


def claim_first_letter(work: UnitOfWork, address: str, mail_id: str) -> bool:
    """Whether this message is the first letter to an address, now or earlier."""
    row = work.first(_FIRST_LETTER, {"recipient": address, "mail": mail_id})
    return row is not None and row["first_mail"] == mail_id


def start_attempt(work: UnitOfWork, mail: Row) -> None:
    """The message is about to be handed over; an earlier attempt that nobody ended is lost."""
    work.write(_LOSE, mail)
    work.write(_START, mail | {"at": work.clock.now()})


def give_back(work: UnitOfWork, mail: Row) -> None:
    """An attempt was not made after all; the message is due now."""
    work.write(_GIVE_BACK, mail | {"at": work.clock.now()})


def end_attempt(work: UnitOfWork, mail: Row, outcome: str, reply: str) -> None:
    """How the attempt went."""
    values = {"outcome": outcome, "reply": reply, "at": work.clock.now()}
    work.write(_END_ATTEMPT, mail | values)


def end(work: UnitOfWork, mail_id: str, state: str, reason: str | None = None) -> None:
    """The message is sent, failed for good, or need not be sent."""
    work.write(_LOSE, {"id": mail_id})
    work.write(_END, {"id": mail_id, "state": state, "reason": reason, "at": work.clock.now()})


def later(work: UnitOfWork, mail_id: str, at: datetime) -> None:
    """Try again at that time."""
    work.write(_LATER, {"id": mail_id, "at": at})


def choice(work: UnitOfWork, recipient: str) -> Row:
    """unsubscribed_at, confirmed_at."""
    nothing = {"unsubscribed_at": None, "confirmed_at": None}
    return work.first(_CHOICE, {"recipient": recipient}) or nothing


def choose(work: UnitOfWork, recipient: str, chosen: Row) -> None:
    """Remember what somebody chose."""
    work.write(_CHOOSE, chosen | {"recipient": recipient})


def forget_ended(work: UnitOfWork, before: datetime) -> int:
    """Delete a batch of messages that ended before that time; how many there were."""
    return int(work.all(_FORGET_ENDED, {"before": before})[0]["count"])


def queue_state(work: UnitOfWork) -> Row:
    """messages, oldest: how many wait to be sent, and since when the first of them does."""
    return work.all(_QUEUE_STATE)[0]
