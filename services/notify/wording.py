"""Turns an event into words, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from services.chassis.city import City, load_city
from services.chassis.text import Language, Text
from services.notify import subscription_errors as errors
from services.notify.city import VARIABLES, MessageTexts, load_texts
from services.notify.subscription_city import (
    Rules,
    load_category_names,
    load_collected_areas,
    load_rules,
)
from services.notify.things import Thing
from services.notify.topics import AREA, CATEGORY, COLLECTIONS, INCIDENT, SITE, THINGS, Topic

BOTH_NAMES = Text("{category} in {area}", id="{category} di {area}")
THING_NAMES = {
    INCIDENT: Text("Incident: {what}", id="Gangguan: {what}"),
    SITE: Text("Site: {what}", id="Titik: {what}"),
}
COLLECTIONS_NAME = Text("Garbage collection in {area}", id="Pengangkutan sampah di {area}")
SEVERITY_NAMES = {
    "minor": Text("minor", id="ringan"),
    "moderate": Text("moderate", id="sedang"),
    "major": Text("major", id="berat"),
}


@dataclass(frozen=True)
class Wording:
    """The city pack's texts, the names that stand in them, and what it says of subscriptions.

    collected: codes of kelurahan and kecamatan where something is collected.
    """

    city: City
    texts: MessageTexts
    rules: Rules
    categories: Mapping[str, Text]
    collected: frozenset[str] = frozenset()

    @classmethod
    def load(cls, city_pack: Path) -> Wording:
        """Load them. Raises CityPackInvalid with every mistake."""
        city, texts = load_city(city_pack), load_texts(city_pack)
        rules, names = load_rules(city_pack), load_category_names(city_pack)
        return cls(city, texts, rules, names, load_collected_areas(city_pack))

    def words(self, key: str, report: dict[str, Any]) -> tuple[Text, Text]:
        """(title, text) of a message about a report, an incident or a site."""
        return self._rendered(key, self._variables(report))

    def plain(self, key: str, **more: str) -> tuple[Text, Text]:
        """(title, text) of a message that is not about a report. more: variables it has besides."""
        return self._rendered(key, dict.fromkeys(VARIABLES, "") | more)

    def check(self, topic: Topic) -> None:
        """Raise Invalid, naming what would be right, unless the city has such a topic."""
        known = topic.fields
        if COLLECTIONS in known and not self._is_collected(known[COLLECTIONS]):
            raise errors.no_collections(self._example_codes()[1])
        if AREA in known and self._area(known[AREA]) is None:
            raise errors.unknown_area(self._example_codes())
        if CATEGORY in known and known[CATEGORY] not in self.categories:
            raise errors.unknown_category(self.categories)

    def topic_name(self, topic: Topic, thing: Thing | None = None) -> Text:
        """What a topic is called; its code if the pack does not have it any more.

        thing: what is known of an incident or a site.
        """
        if topic.kind in THINGS:
            return self._thing_name(topic, thing)
        if topic.kind == COLLECTIONS:
            return COLLECTIONS_NAME.format(area=_text(self._area(topic.id) or topic.id))
        known = topic.fields
        names = {
            AREA: _text(self._area(known.get(AREA, "")) or known.get(AREA, "")),
            CATEGORY: self.category_name(known.get(CATEGORY, "")),
        }
        return BOTH_NAMES.format(**names) if len(known) > 1 else names[topic.kind]

    def category_name(self, code: str) -> Text:
        """What a category is called; its code if the pack does not have it any more."""
        return self.categories.get(code, _text(code))

    def local_time(self, moment: datetime) -> datetime:
        """The same moment on the city's clocks."""
        return moment.astimezone(self.city.timezone)

    def _is_collected(self, code: str) -> bool:
        area = self.city.areas.get(code)
        return area is not None and bool({area.code, area.district_code} & self.collected)

    def _thing_name(self, topic: Topic, thing: Thing | None) -> Text:
        if thing is None:
            return THING_NAMES[topic.kind].format(what=topic.id)
        area = self._area(thing.area or "") or self.city.name
        what = BOTH_NAMES.format(category=self.category_name(thing.category), area=_text(area))
        return THING_NAMES[topic.kind].format(what=what)

    def _area(self, code: str) -> str | None:
        area = self.city.areas.get(code)
        return area.name if area else self.city.areas.districts.get(code)

    def _example_codes(self) -> tuple[str, ...]:
        area = next(iter(self.city.areas))
        return area.district_code, area.code

    def _rendered(self, key: str, variables: Mapping[str, str]) -> tuple[Text, Text]:
        title_id, text_id = self.texts.render(key, "id", variables)
        title_en, text_en = self.texts.render(key, "en", variables)
        return Text(title_en, id=title_id), Text(text_en, id=text_id)

    def _variables(self, report: dict[str, Any]) -> dict[str, Any]:
        """A Text is put in by the message's language."""
        area = self.city.areas.get(report["area"]) if report["area"] else None
        # of a part its own agency is the one to speak of
        code = report.get("part_agency") or report["agency"]
        agency = self.city.agencies.get(code)
        return {
            "number": report.get("number", ""),
            "category": Text.of(report["category_name"]),
            "area": area.name if area else self.city.name,
            "agency": agency.name if agency else code,
            "topic": "",
            "severity": SEVERITY_NAMES.get(report.get("severity") or "", ""),
            "reports": str(report.get("reports", "")),
            "day": Text.of(report["day"]) if "day" in report else "",
        }


def each(words: Callable[[Language], str]) -> Text:
    """What is put together language by language."""
    return Text(words("en"), id=words("id"))


def _text(word: str) -> Text:
    return Text.of(word)
