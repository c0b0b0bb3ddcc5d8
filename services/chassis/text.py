"""Words for people, always in both languages.

>>> title = Text("Report {number} received", id="Laporan {number} diterima")
>>> title.format(number="LP-1").id
'Laporan LP-1 diterima'
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = ("id", "en")
DEFAULT_LANGUAGE: Language = "id"


class TextData(TypedDict):
    """A Text as it travels in JSON."""

    id: str
    en: str


class Text(str):
    """English as the string itself, Indonesian as `.id`.

    Being a `str` it can stand wherever a library expects a message (marshmallow formats and
    passes it through untouched), and still carries its translation.
    """

    id: str

    def __new__(cls, en: str, *, id: str) -> Text:
        text = super().__new__(cls, en)
        text.id = id
        return text

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, str]]:
        """So that copies keep both languages."""
        return (str(self),), {"id": self.id}

    def format(self, *args: Any, **values: Any) -> Text:
        """Fill the placeholders of both languages; a Text as value is put in by its language."""
        indonesian = {
            key: value.id if isinstance(value, Text) else value for key, value in values.items()
        }
        return Text(str.format(self, *args, **values), id=self.id.format(*args, **indonesian))

    def in_language(self, language: Language) -> str:
        """The words in one language."""
        return self.id if language == "id" else str(self)

    def data(self) -> TextData:
        """The JSON form."""
        return {"id": self.id, "en": str(self)}

    @classmethod
    def of(cls, value: object) -> Text:
        """Read the JSON form back; a plain string serves for both languages."""
        if isinstance(value, Text):
            return value
        if isinstance(value, dict) and set(value) == {"id", "en"}:
            return cls(str(value["en"]), id=str(value["id"]))
        return cls(str(value), id=str(value))
