"""Tells those who follow a topic what happened there: page by page, each of them once.

An event leaves one line, however many follow; whoever is there spreads it afterwards. A page and
how far it reached commit together, so who is killed in between tells nobody twice and forgets
nobody. Who has been told much today hears the rest in the digest.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.chassis.database import Row
from services.chassis.envelope import Event
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


def add(work: UnitOfWork, event: Event, happened: str, report: dict[str, Any]) -> None:
    """Something happened that everybody may know: keep it for those who follow, if any do."""
    news = {
        "event_id": event.id,
        "subject": report["report_id"],
        "key": domain.topic_key(happened),
        "topics": topics.of_report(report),
        "about": {name: report[name] for name in _ABOUT},
        "actor": None if report.get("actor") is None else domain.person(report["actor"]),
    }
    spreading_repository.add(work, news)


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
    at_once = [row for row in rows if row["at_once"]]
    day = wording.local_time(work.clock.now()).date()
    names = [row["recipient"] for row in at_once]
    told = subscription_repository.count(work, names, "news", day) if names else {}
    now = [row for row in at_once if told[row["recipient"]] <= wording.rules.most_a_day]
    words = wording.words(news["key"], news["about"]) if now else None
    for row in now:
        assert words is not None
        if domain.is_person(row["recipient"]):
            in_app.tell(work, news["event_id"], row["recipient"], news["subject"], words)
        else:
            reader = domain.subscription(row["subscription"])
            path = report_path(news["subject"])
            subscription_mail.queue_news(work, reader, news, path, words)
    later = {row["recipient"] for row in rows} - {row["recipient"] for row in now}
    spreading_repository.add_items(work, news, sorted(later))
