"""The categories of the city pack for those who report, and since when they are as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

from services.chassis import jsontext
from services.chassis.errors import NotFound
from services.chassis.text import LANGUAGES, Language, Text
from services.chassis.unit_of_work import UnitOfWork
from services.reports import category_queries
from services.reports.catalogue import Catalogue
from services.reports.city import Category


@dataclass
class Notes:
    """Whether this process has noted what it knows. Two that know different packs, while one takes
    over from the other, are not to note them in turns."""

    are_taken: bool = False

    @classmethod
    def of(cls, settings: Any, city: Any) -> Notes:
        """Of a process that begins."""
        return cls()


def list_categories(work: UnitOfWork, city: Catalogue) -> dict[str, Any]:
    """All of them, in the caller's language."""
    changed_at = category_queries.changed_at(work, digest(city))
    return {
        "items": _all(city, work.call.language),
        "next": None,
        # a process that has just started has not yet said what it knows
        "changed_at": changed_at or work.clock.now(),
        "city": city.city.name,
    }


def get_category(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """One of them. Raises NotFound."""
    found = city.categories.by_code.get(body["code"])
    if found is None:
        raise NotFound()
    return _shown(found, city, work.call.language)


def remember_changes(work: UnitOfWork, city: Catalogue) -> None:
    """Note the time if the categories are others than those noted last."""
    known = digest(city)
    if category_queries.lock_last_digest(work) != known:
        category_queries.add_change(work, known)


def digest(city: Catalogue) -> str:
    """What tells one state of the categories from another: all that is shown, in every language."""
    return jsontext.digest([_all(city, language) for language in LANGUAGES])


def _all(city: Catalogue, language: Language) -> list[dict[str, Any]]:
    return [_shown(category, city, language) for category in city.categories.by_code.values()]


def _shown(category: Category, city: Catalogue, language: Language) -> dict[str, Any]:
    names = city.names(None, category.agency, language)
    found: dict[str, Any] = _plain(category, language)
    return found | {
        "names": list(dict.fromkeys(category.name.in_language(one) for one in LANGUAGES)),
        "groups": list(_groups(category, city, language)),
        "agency_name": names["agency_name"],
        "agency_by_area": [
            {"area": area, "agency": agency} | _called(area, agency, city, language)
            for area, agency in category.agency_by_area.items()
        ],
    }


def _called(area: str, agency: str, city: Catalogue, language: Language) -> dict[str, str]:
    district = city.city.areas.districts.get(area)
    names = city.names(area, agency, language)
    return names | ({"area_name": district} if district else {})


def _groups(category: Category, city: Catalogue, language: Language) -> Iterator[str]:
    code: str | None = category.group
    while code is not None:
        group = city.categories.groups[code]
        yield group.name.in_language(language)
        code = group.parent


def _plain(value: Any, language: Language) -> Any:
    """The pack's value objects as plain data, every Text in one language."""
    if isinstance(value, Text):
        return value.in_language(language)
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name), language) for f in fields(value)}
    if isinstance(value, (tuple, list)):
        return [_plain(item, language) for item in value]
    return value.isoformat() if isinstance(value, date) else value
