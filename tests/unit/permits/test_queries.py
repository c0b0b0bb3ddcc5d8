"""Permit types as people read them."""

from __future__ import annotations

from dataclasses import fields as fields_of
from pathlib import Path
from typing import Any

import pytest

from services.chassis.city import Attribute, load_city
from services.chassis.errors import NotFound
from services.chassis.fields import load
from services.chassis.text import Language
from services.permits import contract, permit_type, queries
from services.permits.city import PermitTypes, load_permit_types
from tests.unit.city.tiny import write_pack

TANGSEL = Path("infra/city/tangsel")


def types_of(pack: Path) -> PermitTypes:
    return load_permit_types(pack, load_city(pack))


def sent(types: PermitTypes, code: str, language: Language) -> dict[str, Any]:
    answer: dict[str, Any] = contract.PermitType().dump(
        queries.get_permit_type(queries.shown(types), code, language)
    )
    return answer


def test_all_that_an_applicant_must_know(tmp_path: Path) -> None:
    assert sent(types_of(write_pack(tmp_path)), "stall", "en") == {
        "code": "stall",
        "name": "Stall",
        "description": "To open a stall",
        "agency": "HALL",
        "form": [
            {"code": "days", "type": "number", "required": True, "label": "Days",
             "values": [], "min": None, "max": None},
            {"code": "place", "type": "singlevaluelist", "required": True, "label": "Place",
             "values": [{"code": "market", "label": "Market"},
                        {"code": "street", "label": "Street"}], "min": None, "max": None},
        ],
        "documents": [
            {"code": "identity", "name": "Identity card", "required": True,
             "types": ["application/pdf", "image/jpeg", "image/png"]},
        ],
        "steps": [
            {"code": "check", "name": "Check", "role": "officer", "agency": "HALL",
             "working_days": 1},
            {"code": "pay", "name": "Pay", "role": "citizen", "agency": None, "working_days": 0},
        ],
        "fee": {
            "kind": "formula", "currency": "IDR", "amount": None,
            "formula": {"multiply": [
                {"field": "days"},
                {"lookup": {"field": "place", "values": {"market": 1000, "street": 500}}},
            ]},
            "round_up_to": 1, "note": None, "legal_basis": None,
        },
        "service_level": {"working_days": 2, "legal_basis": None},
        "validity": {"kind": "months", "months": 6, "legal_basis": None},
        "legal_basis": None,
    }  # fmt: skip


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_answer_fits_its_schema(language: Language) -> None:
    types = types_of(TANGSEL)
    answer = contract.PermitTypeList().dump(
        queries.list_permit_types(queries.shown(types), language)
    )
    assert [one["code"] for one in answer["items"]] == sorted(types)
    assert answer["next"] is None
    assert load(contract.PermitTypeList, answer) == answer
    for one in answer["items"]:
        assert sent(types, one["code"], language) == one


def test_the_two_languages_differ_in_words_only() -> None:
    types = types_of(TANGSEL)
    for code in types:
        indonesian, english = sent(types, code, "id"), sent(types, code, "en")
        assert indonesian["name"] != english["name"]
        assert _shape(indonesian) == _shape(english)


@pytest.mark.parametrize("code", ["", "unheard-of", "STALL", "../stall"])
def test_there_is_no_such_permit(tmp_path: Path, code: str) -> None:
    with pytest.raises(NotFound):
        queries.get_permit_type(queries.shown(types_of(write_pack(tmp_path))), code, "id")


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        (permit_type.PermitType, contract.PermitType),
        (Attribute, contract.FormField),
        (permit_type.RequiredDocument, contract.RequiredDocument),
        (permit_type.Step, contract.Step),
        (permit_type.Fee, contract.Fee),
        (permit_type.ServiceLevel, contract.ServiceLevel),
        (permit_type.Validity, contract.Validity),
    ],
)
def test_the_contract_leaves_nothing_out(value: Any, schema: Any) -> None:
    # whether a rule is the city's own decision is seen by its having no legal basis
    assert {field.name for field in fields_of(value)} - {"decision"} == set(schema().fields)


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shape(inner) for inner in value]
    return type(value)
