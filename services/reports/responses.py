"""Response templates of the city pack: words for officers to begin with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path as Directory
from typing import Any

import marshmallow as ma

from services.chassis import fields
from services.chassis.city import Pack
from services.chassis.city.document import Document
from services.chassis.city.schema import Code, bilingual
from services.chassis.text import Language, Text
from services.reports.schemas import SPOKEN

FILE = "texts/responses.yaml"
UNKNOWN_CATEGORY = Text(
    "No category {code} stands in categories.yaml.",
    id="Tidak ada kategori {code} dalam categories.yaml.",
)


@dataclass(frozen=True)
class Response:
    """One template. actions: for which it is. categories: for which; none means all."""

    code: str
    actions: tuple[str, ...]
    categories: tuple[str, ...]
    title: Text
    text: Text

    def fits(self, action: str | None, category: str | None) -> bool:
        """Whether it is for that action and category; None asks for any."""
        is_for_action = action is None or action in self.actions
        return is_for_action and (
            category is None or not self.categories or category in self.categories
        )

    def shown(self, language: Language) -> dict[str, Any]:
        """As an officer sees it."""
        return {
            "code": self.code,
            "actions": list(self.actions),
            "categories": list(self.categories),
            "title": self.title.in_language(language),
            "text": self.text.in_language(language),
        }


class _ResponseSchema(fields.Schema):
    code = Code()
    actions = fields.List(fields.Choice(SPOKEN), required=True, min=1, max=len(SPOKEN))
    categories = fields.List(Code(), load_default=list)
    title = bilingual()
    text = bilingual()

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Response:
        lists = {name: tuple(data[name]) for name in ("actions", "categories")}
        return Response(**data | lists)


class _FileSchema(fields.Schema):
    responses = ma.fields.Raw()


def load_responses(directory: Directory | str, categories: Collection[str]) -> tuple[Response, ...]:
    """Load `texts/responses.yaml`; raises CityPackInvalid naming every mistake in it."""
    pack = Pack(Directory(directory))
    found = read_responses(pack, categories)
    pack.raise_if_bad()
    return found


def read_responses(pack: Pack, categories: Collection[str]) -> tuple[Response, ...]:
    """Read the templates; mistakes go to `pack.problems`."""
    document = pack.yaml(FILE)
    if document is None:
        return ()
    pack.load(document, (), _FileSchema)
    found = pack.load_items(document, ("responses",), _ResponseSchema)
    pack.unique(document, ("responses",))
    for position in range(len(document.items(("responses",))) if categories else 0):
        _check_categories(pack, document, position, categories)
    return tuple(response for _, response in found)


def _check_categories(
    pack: Pack, document: Document, position: int, known: Collection[str]
) -> None:
    path = ("responses", position, "categories")
    for number, code in enumerate(document.items(path)):
        if isinstance(code, str) and code not in known:
            pack.report(document, (*path, number), UNKNOWN_CATEGORY.format(code=code))
