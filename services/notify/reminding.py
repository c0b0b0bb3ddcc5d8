"""Who follows the collections of a kelurahan is reminded of each, unless it has begun."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.chassis.envelope import Event
from services.chassis.text import Language, Text
from services.chassis.unit_of_work import UnitOfWork
from services.notify import domain
from services.notify.spreading import News, add
from services.notify.topics import COLLECTIONS, Topic
from services.notify.wording import each

COMING = domain.topic_key("collection.coming")
WEEKDAYS = (
    Text("Monday", id="Senin"),
    Text("Tuesday", id="Selasa"),
    Text("Wednesday", id="Rabu"),
    Text("Thursday", id="Kamis"),
    Text("Friday", id="Jumat"),
    Text("Saturday", id="Sabtu"),
    Text("Sunday", id="Minggu"),
)


def remind(work: UnitOfWork, event: Event) -> None:
    """Something is collected soon: tell those who want to know."""
    told = event.data
    if told["begins_at"] <= work.clock.now():
        return
    news = News(
        subject=event.id,
        key=COMING,
        topics=[Topic(COLLECTIONS, told["area"]).key],
        about={
            "category_name": what(told["rounds"]).data(),
            "area": told["area"],
            "agency": "",
            "day": day_of(date.fromisoformat(told["day"])).data(),
        },
        path=f"/v1/collections?area={told['area']}",
    )
    add(work, event, news)


def what(rounds: list[dict[str, Any]]) -> Text:
    """What is collected, and from when to when."""

    def said(one: dict[str, Any], language: Language) -> str:
        waste = Text.of(one["waste"]).in_language(language)
        return f"{waste} ({one['start']}\u2013{one['end']})"

    return each(lambda language: ", ".join(said(one, language) for one in rounds))


def day_of(day: date) -> Text:
    """A day with its weekday."""
    weekday = WEEKDAYS[day.weekday()]
    return each(lambda language: f"{weekday.in_language(language)}, {day.isoformat()}")
