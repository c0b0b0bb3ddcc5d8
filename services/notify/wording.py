"""Turns an event into words, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.chassis.city import City, load_city
from services.chassis.text import Text
from services.notify.city import VARIABLES, MessageTexts, load_texts


@dataclass(frozen=True)
class Wording:
    """The city pack's texts, and the names that stand in them."""

    city: City
    texts: MessageTexts

    @classmethod
    def load(cls, city_pack: Path) -> Wording:
        """Load them. Raises CityPackInvalid with every mistake."""
        return cls(load_city(city_pack), load_texts(city_pack))

    def words(self, key: str, report: dict[str, Any]) -> tuple[Text, Text]:
        """(title, text) of a message about a report."""
        return self._rendered(key, self._variables(report))

    def plain(self, key: str) -> tuple[Text, Text]:
        """(title, text) of a message that is not about a report."""
        return self._rendered(key, dict.fromkeys(VARIABLES, ""))

    def _rendered(self, key: str, variables: Mapping[str, str]) -> tuple[Text, Text]:
        title_id, text_id = self.texts.render(key, "id", variables)
        title_en, text_en = self.texts.render(key, "en", variables)
        return Text(title_en, id=title_id), Text(text_en, id=text_id)

    def _variables(self, report: dict[str, Any]) -> dict[str, str]:
        """A Text is put in by the message's language."""
        area = self.city.areas.get(report["area"]) if report["area"] else None
        # of a part its own agency is the one to speak of
        code = report.get("part_agency") or report["agency"]
        agency = self.city.agencies.get(code)
        return {
            "number": report["number"],
            "category": Text.of(report["category_name"]),
            "area": area.name if area else self.city.name,
            "agency": agency.name if agency else code,
        }
