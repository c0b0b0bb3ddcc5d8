"""Tells those who follow a topic what happened there: page by page, each of them once.

An event leaves one line, however many follow; whoever is there spreads it afterwards. A page and
how far it reached commit together, so who is killed in between tells nobody twice and forgets
nobody. Who has been told much today hears the rest in the digest.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from services.chassis.database import Row
from services.chassis.envelope import Event
from services.chassis.text import Text
from services.chassis.unit_of_work import UnitOfWork
from services.notify import (
    domain,
    in_app,
    spreading_repository,
    subscription_mail,
    subscription_queries,
    subscription_repository,
    topics,
)
from services.notify.mail.links import report_path
from services.notify.wording import Wording

PAGE = 100
KEPT = timedelta(days=7)
_ABOUT = ("number", "category_name", "area", "agency")


@dataclass(frozen=True)
class News:
    """What happened, for those who follow one of `topics`.

    subject: the id of what it is about. key: of the text. about: what the text needs. actor: the
    recipient who did it, and is not told. path: where it can be read.
    """

    subject: str
    key: str
    topics: list[str]
    about: dict[str, Any]
    path: str
    actor: str | None = None


def of_report(happened: str, report: dict[str, Any]) -> News:
    """Something happened to a report that everybody may know."""
    return News(
        subject=report["report_id"],
        key=domain.topic_key(happened),
        topics=topics.of_report(report),
        about={name: report[name] for name in _ABOUT},
        path=report_path(report["report_id"]),
        actor=None if report.get("actor") is None else domain.person(report["actor"]),
    )


def add(work: UnitOfWork, event: Event, news: News) -> None:
    """Keep what happened for those who follow, if any do."""
    spreading_repository.add(work, asdict(news) | {"event_id": event.id})


def spread(work: UnitOfWork, wording: Wording) -> bool:
    """Tell the next page of followers; whether there may be more to do."""
    news = spreading_repository.take(work)
    if news is None:
        return False
    # what was hidden meanwhile is told nobody
    page = [] if news["is_hidden"] else subscription_queries.listeners(work, news, PAGE)
    _tell(work, news, [row for row in page if _is_new_to(row, news)], wording)
    reached = page[-1]["recipient"] if len(page) == PAGE else None
    spreading_repository.advance(work, news["event_id"], reached)
    return True


def forget(work: UnitOfWork) -> bool:
    """Delete a batch of what was told long ago; whether there may be more."""
    return spreading_repository.forget(work, work.clock.now() - KEPT) > 0


def _is_new_to(row: Row, news: Row) -> bool:
    """Nobody is told what they did themselves, or what they were told as theirs."""
    return not row["is_told"] and row["recipient"] != news["actor"]


def _tell(work: UnitOfWork, news: Row, rows: list[Row], wording: Wording) -> None:
    if domain.is_reminder(news["key"]):
        _tell_now(work, news, rows, wording)
        return
    at_once = [row for row in rows if row["at_once"]]
    day = wording.local_time(work.clock.now()).date()
    names = [row["recipient"] for row in at_once]
    told = subscription_repository.count(work, names, "news", day) if names else {}
    now = [row for row in at_once if told[row["recipient"]] <= wording.rules.most_a_day]
    _tell_now(work, news, now, wording)
    later = {row["recipient"] for row in rows} - {row["recipient"] for row in now}
    spreading_repository.add_items(work, news, sorted(later))


def _tell_now(work: UnitOfWork, news: Row, rows: list[Row], wording: Wording) -> None:
    words = wording.words(news["key"], news["about"]) if rows else None
    for row in rows:
        assert words is not None
        _tell_one(work, news, row, words)


def _tell_one(work: UnitOfWork, news: Row, row: Row, words: tuple[Text, Text]) -> None:
    recipient, path = row["recipient"], news["path"]
    if domain.is_person(recipient):
        report_id = news["subject"] if domain.is_of_report(news["key"]) else None
        in_app.tell(work, news["event_id"], recipient, report_id, words, path=path)
    else:
        reader = domain.subscription(row["subscription"])
        subscription_mail.queue_news(work, reader, news, words)
