"""Following an incident or a site: reports says whether there is one, events what becomes of it.

Whoever begins to follow one and whoever hears of it lock what is known of it. So either the one who
hears sees the new follower, or the follower sees what was heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from services.chassis.envelope import Event
from services.chassis.errors import NotFound
from services.chassis.text import Text
from services.chassis.unit_of_work import UnitOfWork
from services.notify import subscription_errors as errors
from services.notify import thing_repository as repository
from services.notify import things
from services.notify.mail.links import path_of
from services.notify.spreading import News, add
from services.notify.things import Thing
from services.notify.topics import INCIDENT, SITE, THINGS, Topic, of_key
from services.notify.wording import Wording

Look = Callable[[UnitOfWork, Topic], dict[str, Any]]
"""Asks reports for an incident or a site. Raises NotFound."""
OVER_FOR = timedelta(days=2)
"""So long after its end an incident is followed: until the last digest told of it."""
KEPT = timedelta(days=30)


def known(work: UnitOfWork, topic: Topic, look: Look) -> Topic:
    """The topic that somebody means, locked: what was merged means what it went into.

    Raises Invalid if nobody may see it, or if it is over.
    """
    try:
        found = look(work, topic)
    except NotFound:
        raise errors.unknown_thing(topic.kind) from None
    thing = things.of_event(topic.kind, found["version"], found)
    repository.add(work, thing)
    now = repository.locked(work, [thing.topic])[thing.topic]
    if thing.is_over or now.is_over:
        raise errors.incident_over() if topic.kind == INCIDENT else errors.unknown_thing(topic.kind)
    return of_key(thing.topic)


def names(work: UnitOfWork, topics: Iterable[Topic], wording: Wording) -> dict[str, Text]:
    """What topics are called, by key."""
    found = list(topics)
    keys = [topic.key for topic in found if topic.kind in THINGS]
    known_things = repository.known(work, keys) if keys else {}
    return {topic.key: wording.topic_name(topic, known_things.get(topic.key)) for topic in found}


def hear_incident(work: UnitOfWork, event: Event) -> None:
    """An incident began, changed, or is over: tell those who follow it."""
    split_from = event.data.get("split_from")
    before, now = _heard(work, things.of_event(INCIDENT, event.version, event.data))
    if before is not None and before.version >= now.version and split_from is None:
        return
    key = things.incident_news(before, now, split_from)
    repository.keep(work, things.heard(before, now, key))
    if key is not None:
        about = {"category_name": event.data["category_name"], "agency": event.data["agency"]}
        whose = now.topic if split_from is None else Topic(INCIDENT, split_from).key
        _tell(work, event, now, key, about, whose)


def hear_site(work: UnitOfWork, event: Event, happened: str, wording: Wording) -> None:
    """Something happened to a site: tell those who follow it. happened: the event's name."""
    before, now = _heard(work, things.of_event(SITE, event.version, event.data))
    if before is not None and before.version >= now.version:
        return
    key = things.site_news(before, now, happened)
    repository.keep(work, things.heard(before, now, key))
    if key is not None:
        name = wording.category_name(now.category)
        about = {"category_name": name.data(), "agency": event.data["agency"]}
        _tell(work, event, now, key, about, now.topic)


def _heard(work: UnitOfWork, now: Thing) -> tuple[Thing | None, Thing]:
    """What was known of it, locked; and what it is, merged into what goes on at last."""
    into = now.merged_into
    rows = repository.locked(work, [now.topic, *([] if into is None else [into])])
    last = rows[into].merged_into if into in rows else None
    return rows.get(now.topic), replace(now, merged_into=last or into)


def _tell(
    work: UnitOfWork, event: Event, now: Thing, key: str, about: dict[str, Any], whose: str
) -> None:
    where = of_key(now.merged_into or now.topic)
    news = News(
        subject=of_key(now.topic).id,
        key=f"{key}.topic",
        topics=[whose, *repository.merged(work, whose)],
        about=about | {"area": now.area, "severity": now.severity, "reports": now.reports},
        path=path_of(where.kind, where.id),
    )
    add(work, event, news)


def forget(work: UnitOfWork) -> bool:
    """Follow no more what is over; whether there may be more to do."""
    now = work.clock.now()
    return repository.forget(work, over_before=now - OVER_FOR, kept_since=now - KEPT) > 0
