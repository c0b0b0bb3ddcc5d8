"""The fee of a permit type as data: a small tree that says how the amount follows from the form.

    multiply:
      - field: floor_area_m2
      - lookup: {field: building_use, values: {house: 8000, shop: 15000}}

Each node has exactly one of: `constant` (a number), `field` (a required number of the form),
`lookup` (a number for each answer of a required single-choice field), or one of `add`,
`multiply`, `min`, `max` over a list of nodes. Amounts are whole currency units; the total is
rounded up to `round_up_to`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from services.chassis.city import Attribute
from services.chassis.city.problems import Path
from services.chassis.text import Text

COMBINING = ("add", "multiply", "min", "max")
NODES = ("constant", "field", "lookup", *COMBINING)
MAX_DEPTH = 10

ONE_NODE = Text("Give exactly one of: {nodes}.", id="Isi tepat satu dari: {nodes}.")
NOT_A_NUMBER = Text("This must be a number.", id="Ini harus berupa angka.")
NOT_A_LIST = Text("A list of at least two is needed.", id="Perlu daftar minimal dua butir.")
TOO_DEEP = Text("This formula is nested too deeply.", id="Rumus ini bersarang terlalu dalam.")
NO_NUMBER_FIELD = Text(
    "The form has no required number {code}.", id="Formulir tidak memiliki angka wajib {code}."
)
NO_CHOICE_FIELD = Text(
    "The form has no required singlevaluelist {code}.",
    id="Formulir tidak memiliki singlevaluelist wajib {code}.",
)
LOOKUP_SHAPE = Text("Give `field` and `values`.", id="Isi `field` dan `values`.")
NO_VALUE = Text("No value for answer {code}.", id="Tidak ada nilai untuk jawaban {code}.")
NO_ANSWER = Text("The field has no answer {code}.", id="Isian tidak memiliki jawaban {code}.")

Findings = Iterator[tuple[Path, Text]]


def formula_problems(node: Any, form: Mapping[str, Attribute], path: Path = ()) -> Findings:
    """What is wrong with a formula: (path inside it, message) for each mistake."""
    if len(path) > 2 * MAX_DEPTH:
        yield path, TOO_DEEP
    elif not isinstance(node, dict) or len(node) != 1 or next(iter(node)) not in NODES:
        yield path, ONE_NODE.format(nodes=", ".join(NODES))
    else:
        ((kind, value),) = node.items()
        yield from _check(kind, value, form, (*path, kind))


def _check(kind: str, value: Any, form: Mapping[str, Attribute], path: Path) -> Findings:
    if kind == "constant":
        yield from () if _is_number(value) else ((path, NOT_A_NUMBER),)
    elif kind == "field":
        if not _asks(form, value, "number"):
            yield path, NO_NUMBER_FIELD.format(code=value)
    elif kind == "lookup":
        yield from _check_lookup(value, form, path)
    elif not isinstance(value, list) or len(value) < 2:
        yield path, NOT_A_LIST
    else:
        for position, inner in enumerate(value):
            yield from formula_problems(inner, form, (*path, position))


def _check_lookup(value: Any, form: Mapping[str, Attribute], path: Path) -> Findings:
    if not isinstance(value, dict) or set(value) != {"field", "values"}:
        yield path, LOOKUP_SHAPE
        return
    if not _asks(form, value["field"], "singlevaluelist"):
        yield (*path, "field"), NO_CHOICE_FIELD.format(code=value["field"])
        return
    amounts = value["values"] if isinstance(value["values"], dict) else {}
    answers = [choice.code for choice in form[value["field"]].values]
    for code in answers:
        if code not in amounts:
            yield (*path, "values"), NO_VALUE.format(code=code)
    for code, amount in amounts.items():
        if code not in answers:
            yield (*path, "values", code), NO_ANSWER.format(code=code)
        elif not _is_number(amount):
            yield (*path, "values", code), NOT_A_NUMBER


def _asks(form: Mapping[str, Attribute], code: Any, kind: str) -> bool:
    asked = form.get(code) if isinstance(code, str) else None
    return asked is not None and asked.required and asked.type == kind


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)
