"""What notify takes from the city pack: the words of each message, in both languages.

Templates are Jinja2 in a sandbox without globals. They are plain text (whoever shows them escapes
them) and may use only the declared variables; what a person wrote never appears in a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as Directory
from types import MappingProxyType
from typing import Any

import jinja2
import marshmallow as ma
from jinja2 import meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.chassis import fields
from services.chassis.city import Pack
from services.chassis.city.document import Document
from services.chassis.city.problems import Path
from services.chassis.text import LANGUAGES, Language, Text
from services.notify.domain import MESSAGE_KEYS, PLAIN_KEYS

FILE = "texts/notifications.yaml"
VARIABLES = ("number", "category", "area", "agency", "topic", "severity", "reports", "day")
KEYS = (*MESSAGE_KEYS, *PLAIN_KEYS)
"""Every message that notify sends: the event's name for its reporter, with `.agency` for staff."""
MAX_TITLE = 120
MAX_TEXT = 2000

MISSING_KEY = Text("The message {key} is missing.", id="Pesan {key} tidak ada.")
UNKNOWN_KEY = Text("Nothing sends this message.", id="Tidak ada yang mengirim pesan ini.")
BAD_TEMPLATE = Text(
    "This template cannot be used: {why}.", id="Templat ini tidak dapat dipakai: {why}."
)
UNKNOWN_VARIABLE = Text(
    "The variable {name} does not exist; there are: {known}.",
    id="Variabel {name} tidak ada; yang ada: {known}.",
)

_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=False
)
_ENVIRONMENT.globals.clear()

_Message = Mapping[Language, tuple[jinja2.Template, jinja2.Template]]


class _WordsSchema(fields.Schema):
    title = fields.Nested(lambda: _languages(MAX_TITLE, multiline=False)(), required=True)
    text = fields.Nested(lambda: _languages(MAX_TEXT, multiline=True)(), required=True)


class _FileSchema(fields.Schema):
    texts = ma.fields.Raw()


def _languages(max_length: int, *, multiline: bool) -> type[fields.Schema]:
    words: dict[str, ma.fields.Field[Any]] = {
        language: fields.String(required=True, min=1, max=max_length, multiline=multiline)
        for language in LANGUAGES
    }
    return fields.Schema.from_dict(words, name="Languages")  # type: ignore[return-value]


@dataclass(frozen=True)
class MessageTexts:
    """The compiled messages by key."""

    messages: Mapping[str, _Message]

    def render(self, key: str, language: Language, variables: Mapping[str, str]) -> tuple[str, str]:
        """Title and text of a message.

        variables: all of VARIABLES; a Text is put in the message's language, and anything else
        given is not handed to the template. Raises KeyError for an unknown key or a missing
        variable.
        """
        title, text = self.messages[key][language]
        words = {name: _word(variables[name], language) for name in VARIABLES}
        return " ".join(title.render(words).split()), text.render(words).strip()


def load_texts(directory: Directory | str) -> MessageTexts:
    """Load `texts/notifications.yaml`; raises CityPackInvalid naming every mistake in it."""
    pack = Pack(Directory(directory))
    texts = read_texts(pack)
    pack.raise_if_bad()
    return texts


def read_texts(pack: Pack) -> MessageTexts:
    """Read the message texts; mistakes go to `pack.problems`."""
    document = pack.yaml(FILE)
    if document is None:
        return MessageTexts({})
    pack.load(document, (), _FileSchema)
    given = document.at(("texts",))
    keys = list(given) if isinstance(given, dict) else []
    for key in KEYS:
        if key not in keys:
            pack.report(document, ("texts",), MISSING_KEY.format(key=key))
    read = {key: _read_message(pack, document, key) for key in keys}
    whole = {key: message for key, message in read.items() if message is not None}
    return MessageTexts(MappingProxyType(whole))


def _read_message(pack: Pack, document: Document, key: str) -> _Message | None:
    path: Path = ("texts", key)
    if key not in KEYS:
        pack.report(document, path, UNKNOWN_KEY)
    words = pack.load(document, path, _WordsSchema)
    if words is None:
        return None
    message: dict[Language, tuple[jinja2.Template, jinja2.Template]] = {}
    for language in LANGUAGES:
        title = _compile(pack, document, (*path, "title", language), words["title"][language])
        text = _compile(pack, document, (*path, "text", language), words["text"][language])
        if title and text:
            message[language] = (title, text)
    return message if len(message) == len(LANGUAGES) else None


def _compile(pack: Pack, document: Document, path: Path, source: str) -> jinja2.Template | None:
    try:
        unknown = meta.find_undeclared_variables(_ENVIRONMENT.parse(source)) - {*VARIABLES}
        for name in sorted(unknown):
            message = UNKNOWN_VARIABLE.format(name=name, known=", ".join(VARIABLES))
            pack.report(document, path, message)
        if unknown:
            return None
        template = _ENVIRONMENT.from_string(source)
        template.render(dict.fromkeys(VARIABLES, "x"))
    except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        pack.report(document, path, BAD_TEMPLATE.format(why=error))
        return None
    return template


def _word(value: Any, language: Language) -> str:
    return value.in_language(language) if isinstance(value, Text) else str(value)
