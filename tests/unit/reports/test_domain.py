"""Who sees what of a report: every role, at every visibility, near and far."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.principal import GUEST, SYSTEM, Principal, Role
from services.reports.domain import View, view_of
from services.reports.schemas import VISIBILITIES

NOTHING = View(content=False, identity=False)
CONTENT = View(content=True, identity=False)
ALL = View(content=True, identity=True)
AGENCY = "DLH"

# who: (public, anonymous, secret)
TABLE: dict[str, tuple[Principal, tuple[View, View, View]]] = {
    "guest": (GUEST, (CONTENT, CONTENT, NOTHING)),
    "reporter": (Principal("me", Role.CITIZEN), (CONTENT, CONTENT, CONTENT)),
    "another citizen": (Principal("you", Role.CITIZEN), (CONTENT, CONTENT, NOTHING)),
    "officer of the agency": (Principal("o", Role.OFFICER, AGENCY), (ALL, ALL, ALL)),
    "officer elsewhere": (Principal("o", Role.OFFICER, "DPU"), (CONTENT, CONTENT, NOTHING)),
    "officer elsewhere who reported it": (
        Principal("me", Role.OFFICER, "DPU"),
        (CONTENT, CONTENT, CONTENT),
    ),
    "supervisor of the agency": (Principal("s", Role.SUPERVISOR, AGENCY), (ALL, ALL, ALL)),
    "supervisor elsewhere": (Principal("s", Role.SUPERVISOR, "DPU"), (CONTENT, CONTENT, NOTHING)),
    "head of the agency": (Principal("h", Role.HEAD, AGENCY), (ALL, ALL, ALL)),
    "head elsewhere": (Principal("h", Role.HEAD, "DPU"), (CONTENT, CONTENT, NOTHING)),
    "auditor": (Principal("a", Role.AUDITOR), (ALL, ALL, ALL)),
    "admin": (Principal("x", Role.ADMIN), (ALL, ALL, ALL)),
    "citizen with an agency": (
        Principal("you", Role.CITIZEN, AGENCY),
        (CONTENT, CONTENT, NOTHING),
    ),
    "officer without an agency": (Principal("o", Role.OFFICER), (CONTENT, CONTENT, NOTHING)),
    "an app": (Principal("jalan-kita.1", Role.APP), (CONTENT, CONTENT, NOTHING)),
    "the system": (SYSTEM, (CONTENT, CONTENT, NOTHING)),
}


@pytest.mark.parametrize("who", TABLE)
@pytest.mark.parametrize(("place", "visibility"), [*enumerate(VISIBILITIES)])
def test_the_table(who: str, place: int, visibility: str) -> None:
    principal, views = TABLE[who]
    seen = view_of(principal, visibility=visibility, agency=AGENCY, reporter="me")
    assert seen == views[place]


def test_the_table_is_whole() -> None:
    assert {principal.role for principal, _ in TABLE.values()} == set(Role)
    assert VISIBILITIES == ("public", "anonymous", "secret")


PRINCIPALS = st.builds(
    Principal, st.sampled_from(["me", "you", "guest"]), st.sampled_from(Role),
    st.sampled_from([None, AGENCY, "DPU"]),
)  # fmt: skip


@given(PRINCIPALS, st.sampled_from(VISIBILITIES), st.sampled_from([None, "me", "you"]))
def test_who_sees_the_reporter_sees_the_report(
    principal: Principal, visibility: str, reporter: str | None
) -> None:
    seen = view_of(principal, visibility=visibility, agency=AGENCY, reporter=reporter)
    assert seen.content or not seen.identity
    secret = view_of(principal, visibility="secret", agency=AGENCY, reporter=reporter)
    assert seen.content or not secret.content
    assert seen.identity == secret.identity
