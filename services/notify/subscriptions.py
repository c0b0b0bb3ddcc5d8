"""Following a topic, and following it no more.

An address is written to only after its reader confirmed, topic by topic. Whoever asks for somebody
else's is answered as ever, makes at most a few letters a day, and changes nothing that was
confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.ids import new_id
from services.chassis.unit_of_work import UnitOfWork
from services.notify import following_things, mail_repository, subscription_mail, topics
from services.notify import subscription_errors as errors
from services.notify import subscription_queries as queries
from services.notify import subscription_repository as repository
from services.notify.domain import person
from services.notify.following_things import Look
from services.notify.mail.links import Links
from services.notify.topics import Topic
from services.notify.wording import Wording

CONFIRM_WITHIN = timedelta(hours=48)
ENDED_KEPT = timedelta(days=30)
"""So long it is known who confirmed what, after it ended; then the address is forgotten."""
COUNTED_DAYS, MOST_CONFIRMATION_DAYS = 30, 5
"""Letters that ask to confirm: a day's limit may be reached on five of thirty days."""


def follow(work: UnitOfWork, body: dict[str, Any], wording: Wording, look: Look) -> dict[str, Any]:
    """The caller follows a topic from now on, or in another rhythm. Raises Invalid, Conflict."""
    topic = _topic(work, body, wording, look)
    recipient = person(work.call.principal.subject)
    queries.alone(work, recipient)
    mine = queries.all_of(work, recipient)
    found = _of(mine, topic) or _new(recipient, topic)
    if not queries.is_active(found):
        _check_room(mine, wording)
        found = found | {"since": work.clock.now(), "ended_at": None}
    now = work.clock.now()
    found |= {"rhythm": body["rhythm"], "asked_rhythm": body["rhythm"], "asked_at": now}
    repository.keep(work, found)
    work.audit("subscription.began", found["id"])
    return _shown(work, found, wording)


def list_subscriptions(work: UnitOfWork, wording: Wording) -> dict[str, Any]:
    """What the caller follows."""
    rows = queries.all_of(work, person(work.call.principal.subject))
    return {"items": _all_shown(work, filter(queries.is_active, rows), wording), "next": None}


def end(work: UnitOfWork, body: dict[str, Any], wording: Wording) -> dict[str, Any]:
    """The caller follows it no more; again is no error. Raises NotFound for another's."""
    found = queries.one(work, body["id"])
    if found is None or found["recipient"] != person(work.call.principal.subject):
        raise NotFound()
    if queries.is_active(found):
        repository.keep(work, found | {"ended_at": work.clock.now()})
        work.audit("subscription.ended", found["id"])
    return _shown(work, found, wording)


def follow_by_mail(
    work: UnitOfWork,
    body: dict[str, Any],
    wording: Wording,
    links: Links,
    look: Look,
    *,
    is_open: bool,
) -> dict[str, Any]:
    """Ask the reader of an address to confirm. is_open: whether e-mail is sent at all.

    The answer is the same for every address. Raises Invalid, Conflict.
    """
    if not is_open:
        raise errors.no_mail()
    topic, recipient = _topic(work, body, wording, look), links.address(body["email"])
    queries.alone(work, recipient)
    name = following_things.names(work, [topic], wording)[topic.key]
    if _may_ask(work, recipient, topic, wording):
        found = _of(queries.all_of(work, recipient), topic) or _new(recipient, topic)
        found |= {"asked_rhythm": body["rhythm"], "asked_at": work.clock.now()}
        if not queries.is_active(found):
            found |= {"since": None, "ended_at": None}
        repository.keep_subscriber(work, recipient, body["email"], work.call.language)
        repository.keep(work, found)
        words = wording.plain("topic.confirm", topic=name)
        subscription_mail.queue_confirmation(work, found["id"], words)
        work.audit("subscription.asked", found["id"])
    return {"name": name.in_language(work.call.language), "rhythm": body["rhythm"]}


def _may_ask(work: UnitOfWork, recipient: str, topic: Topic, wording: Wording) -> bool:
    """Whether an address is asked to confirm, which is counted."""
    if mail_repository.choice(work, recipient)["unsubscribed_at"] is not None:
        return False
    since = work.clock.now() - CONFIRM_WITHIN
    rows = queries.all_of(work, recipient)
    taken = [row for row in rows if queries.is_active(row) or queries.is_waiting(row, since)]
    others = [row for row in taken if row["topic"] != topic.key]
    if len(others) >= wording.rules.most_subscriptions:
        return False
    return _is_counted(work, recipient, wording)


def _is_counted(work: UnitOfWork, recipient: str, wording: Wording) -> bool:
    """Count one letter more; False, and nothing is counted, if there were enough."""
    day, most = wording.local_time(work.clock.now()).date(), wording.rules.most_confirmations
    first = day - timedelta(days=COUNTED_DAYS)
    if queries.confirmations(work, recipient, day) >= most:
        return False
    if queries.confirmations(work, recipient, first) >= most * MOST_CONFIRMATION_DAYS:
        return False
    repository.count(work, [recipient], "confirm", day)
    return True


def forget(work: UnitOfWork, wording: Wording) -> bool:
    """Delete a batch of what is over; whether there may be more."""
    now = work.clock.now()
    day = wording.local_time(now).date() - timedelta(days=COUNTED_DAYS)
    gone = repository.forget(
        work,
        asked_before=now - CONFIRM_WITHIN,
        ended_before=now - ENDED_KEPT,
        counted_before=day,
    )
    return gone > 0


def _shown(work: UnitOfWork, row: Row, wording: Wording) -> dict[str, Any]:
    return _all_shown(work, [row], wording)[0]


def _all_shown(work: UnitOfWork, rows: Iterable[Row], wording: Wording) -> list[dict[str, Any]]:
    """Subscriptions as their owner sees them."""
    found = [(row, topics.of_key(row["topic"])) for row in rows]
    names = following_things.names(work, [topic for _, topic in found], wording)
    return [
        dict.fromkeys(topics.NAMED_BY)
        | topic.fields
        | {key: row[key] for key in ("id", "rhythm", "since")}
        | {"name": names[topic.key].in_language(work.call.language)}
        for row, topic in found
    ]


def _topic(work: UnitOfWork, body: dict[str, Any], wording: Wording, look: Look) -> Topic:
    found = topics.asked(body)
    if found is None:
        raise errors.no_topic()
    if found.kind == topics.COLLECTIONS and body["rhythm"] != topics.AT_ONCE:
        raise errors.only_at_once()
    if found.kind in topics.THINGS:
        return following_things.known(work, found, look)
    wording.check(found)
    return found


def _of(rows: list[Row], topic: Topic) -> Row | None:
    return next((row for row in rows if row["topic"] == topic.key), None)


def _new(recipient: str, topic: Topic) -> Row:
    return {
        "id": new_id(), "recipient": recipient, "topic": topic.key, "rhythm": "at_once",
        "since": None, "ended_at": None,
    }  # fmt: skip


def _check_room(mine: list[Row], wording: Wording) -> None:
    most = wording.rules.most_subscriptions
    if sum(map(queries.is_active, mine)) >= most:
        raise errors.too_many(most)
