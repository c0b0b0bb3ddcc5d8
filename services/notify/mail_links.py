"""What the links in letters do when somebody opens or clicks them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.unit_of_work import UnitOfWork
from services.notify import (
    following_things,
    mail_repository,
    subscription_queries,
    subscription_repository,
    topics,
)
from services.notify.mail.links import Link, Links, Purpose
from services.notify.subscriptions import CONFIRM_WITHIN
from services.notify.wording import Wording

_OF_TOPICS = (Purpose.FOLLOW, Purpose.UNFOLLOW)


def open_link(
    work: UnitOfWork, body: dict[str, Any], links: Links, wording: Wording
) -> dict[str, Any]:
    """What a link is for. Raises NotFound for one that is not ours, or came too late."""
    link = _read(body, links)
    if link.purpose in _OF_TOPICS:
        found = _subscription(work, link)
        return _state(work, link, found, wording, done=_is_followed_up(link, found))
    chosen = mail_repository.choice(work, link.recipient)
    return {"purpose": link.purpose.value, "done": _is_done(link, chosen), "about": None}


def use_link(
    work: UnitOfWork, body: dict[str, Any], links: Links, wording: Wording
) -> dict[str, Any]:
    """Do what a link is for; again is no error. Raises NotFound as open_link does."""
    link = _read(body, links)
    work.audit(f"mail.{link.purpose.value}", link.recipient.partition(":")[2])
    if link.purpose in _OF_TOPICS:
        found = _subscription(work, link)
        _follow_up(work, link, found)
        return _state(work, link, found, wording, done=True)
    chosen = mail_repository.choice(work, link.recipient)
    if not _is_done(link, chosen):
        mail_repository.choose(work, link.recipient, chosen | _chosen(link, work.clock.now()))
    if link.purpose is Purpose.UNSUBSCRIBE and link.recipient.startswith("address:"):
        subscription_repository.end_all(work, link.recipient)
    return {"purpose": link.purpose.value, "done": True, "about": None}


def _is_done(link: Link, chosen: Row) -> bool:
    is_unsubscribed = chosen["unsubscribed_at"] is not None
    if link.purpose is Purpose.UNSUBSCRIBE:
        return is_unsubscribed
    return chosen["confirmed_at"] is not None and not is_unsubscribed


def _chosen(link: Link, now: datetime) -> Row:
    if link.purpose is Purpose.UNSUBSCRIBE:
        return {"unsubscribed_at": now}
    # "may we write again" also takes back that one wanted nothing
    return {"confirmed_at": now, "unsubscribed_at": None}


def _read(body: dict[str, Any], links: Links) -> Link:
    link = links.read(body["token"])
    if link is None:
        raise NotFound()
    return link


def _subscription(work: UnitOfWork, link: Link) -> Row | None:
    """The subscription of a link; None for a link to end what is known no more, or all at once.

    Raises NotFound if what was asked for is known no more, or was asked for too long ago.
    """
    kind, _, id_ = link.recipient.partition(":")
    found = subscription_queries.one(work, id_) if kind == "subscription" else None
    if link.purpose is Purpose.FOLLOW:
        since = work.clock.now() - CONFIRM_WITHIN
        if found is None or (found["asked_at"] <= since and not _is_followed_up(link, found)):
            raise NotFound()
    return found


def _is_followed_up(link: Link, found: Row | None) -> bool:
    """Whether it is as the link wants it; what ends all at once can be asked for again."""
    is_active = found is not None and subscription_queries.is_active(found)
    if link.purpose is Purpose.FOLLOW:
        return is_active and found is not None and found["rhythm"] == found["asked_rhythm"]
    return not is_active and link.recipient.startswith("subscription:")


def _follow_up(work: UnitOfWork, link: Link, found: Row | None) -> None:
    now = work.clock.now()
    if found is None:
        subscription_repository.end_all(work, link.recipient)
    elif link.purpose is Purpose.UNFOLLOW:
        ended = {"ended_at": found["ended_at"] or now}
        subscription_repository.keep(work, found | ended)
    elif not _is_followed_up(link, found):
        since = found["since"] if subscription_queries.is_active(found) else now
        begun = {"since": since, "ended_at": None, "rhythm": found["asked_rhythm"]}
        subscription_repository.keep(work, found | begun)
        chosen = mail_repository.choice(work, found["recipient"])
        mail_repository.choose(work, found["recipient"], chosen | {"unsubscribed_at": None})


def _state(
    work: UnitOfWork, link: Link, found: Row | None, wording: Wording, *, done: bool
) -> dict[str, Any]:
    about = None
    if found is not None:
        topic = topics.of_key(found["topic"])
        name = following_things.names(work, [topic], wording)[topic.key]
        about = name.in_language(work.call.language)
    return {"purpose": link.purpose.value, "done": done, "about": about}
