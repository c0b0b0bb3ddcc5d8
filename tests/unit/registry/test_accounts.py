"""The form of a login, and who has an agency."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import Invalid
from services.registry.contract import HOLDERS
from services.registry.identity.commands import check_agency
from services.registry.identity.domain import normalised


@given(st.text(max_size=64))
def test_normalising_twice_changes_nothing(login: str) -> None:
    assert normalised(normalised(login)) == normalised(login)


@pytest.mark.parametrize("login", ["ADMIN", " admin ", "ａｄｍｉｎ", "Ａdmin", "admi\u2115"])
def test_look_alikes_are_the_same_login(login: str) -> None:
    assert normalised(login) == "admin"


@pytest.mark.parametrize("role", HOLDERS)
def test_exactly_an_agencys_staff_has_an_agency(role: str) -> None:
    needs = role in ("officer", "supervisor", "head")
    for agency, fits in ((None, not needs), ("HALL", needs), ("NOPE", False), ("", False)):
        if fits:
            check_agency(role, agency, ["HALL"])
            continue
        with pytest.raises(Invalid) as refused:
            check_agency(role, agency, ["HALL"])
        assert [error.field for error in refused.value.errors] == ["agency"]
