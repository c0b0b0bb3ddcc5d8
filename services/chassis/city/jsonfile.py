"""Read JSON strictly: a key stands once, numbers are finite."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from services.chassis.city.document import Document
from services.chassis.city.problems import Problem
from services.chassis.text import Text

SYNTAX = Text("This is not JSON: {why}.", id="Ini bukan JSON: {why}.")
TOO_DEEP = Text("This file is nested too deeply.", id="Berkas ini bersarang terlalu dalam.")


def parse_json(file: str, text: str) -> Document | list[Problem]:
    """The document in `text`, or what keeps it from being one. Lines of values are not known."""
    try:
        value = json.loads(text, parse_constant=_refuse, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        return [Problem(file, error.lineno, "", SYNTAX.format(why=error.msg))]
    except ValueError as error:
        return [Problem(file, 1, "", SYNTAX.format(why=error))]
    except RecursionError:
        return [Problem(file, 1, "", TOO_DEEP)]
    return Document(file, value, {})


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return made
