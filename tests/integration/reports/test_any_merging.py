"""Any merging at all, on the real database, beside a model that knows only who is whose duplicate.

What is shown follows from the links that there are, so it does not depend on the order in which
they came, and what is taken apart is as it was.
"""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal, Role
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import OFFICER, SUPERVISOR, do, life
from tests.integration.reports.test_merging import check, duplicates, merge, support

PEOPLE = [Principal(f"person-{n}", Role.CITIZEN) for n in range(4)]
REPORTS = range(5)
which = st.sampled_from(REPORTS)


class Merging(RuleBasedStateMachine):
    """Five reports of one thing, perhaps."""

    desk: Desk

    @initialize()
    def submit(self) -> None:
        self.ids = [life(self.desk) for _ in REPORTS]
        self.original: dict[int, int] = {}
        self.supporters: dict[int, set[str]] = {n: set() for n in REPORTS}
        self.hidden: set[int] = set()

    @rule(one=which, other=which)
    def merge(self, one: int, other: int) -> None:
        """Done if, and only if, it makes no chain and tells nothing of what is secret."""
        may = (
            one != other
            and one not in self.original
            and other not in self.original
            and one not in self.original.values()
            and (one in self.hidden) == (other in self.hidden)
        )
        try:
            merge(self.desk, self.ids[one], self.ids[other])
        except (Conflict, Invalid):
            assert not may
            return
        assert may
        self.original[one] = other

    @rule(one=which)
    def unmerge(self, one: int) -> None:
        """As if it had never been one."""
        try:
            do(self.desk, "unmerge", self.ids[one], OFFICER)
        except Conflict:
            assert one not in self.original
            return
        del self.original[one]

    @rule(one=which, by=st.sampled_from(PEOPLE))
    def support(self, one: int, by: Principal) -> None:
        """Whoever it concerns is counted where they say so."""
        if one not in self.hidden:
            self.supporters[one].add(by.subject)
            assert support(self.desk, self.ids[one], by) == len(self._counted(one))

    @rule(one=st.sampled_from(REPORTS[:2]))
    def hide(self, one: int) -> None:
        """The public sees some of them no more."""
        if one not in self.hidden:
            do(self.desk, "hide", self.ids[one], SUPERVISOR)
            self.hidden.add(one)

    @invariant()
    def there_are_no_chains(self) -> None:
        check(self.desk)

    @invariant()
    def everybody_sees_what_the_links_say(self) -> None:
        for n in REPORTS:
            shown: dict[str, Any] = self.desk.get(self.ids[n], OFFICER)
            original = self.original.get(n)
            assert (shown["state"] == "duplicate") == (original is not None)
            assert (shown["duplicate_of"] or {}).get("id") == (
                None if original is None else self.ids[original]
            )
            assert shown["duplicates"] == list(self.original.values()).count(n)
            assert shown["supports"] == len(self._counted(n))
            if n in self.hidden:
                continue
            public = self.desk.get(self.ids[n])
            known = self._known_duplicates(n)
            assert public["duplicates"] == len(known)
            assert set(duplicates(self.desk, self.ids[n])) == {self.ids[one] for one in known}
            assert (public["duplicate_of"] is None) == (original is None or original in self.hidden)

    def _known_duplicates(self, n: int) -> list[int]:
        return [one for one, of in self.original.items() if of == n and one not in self.hidden]

    def _counted(self, n: int) -> set[str]:
        return self.supporters[n].union(*(self.supporters[d] for d in self._known_duplicates(n)))


def test_any_merging(desk: Desk) -> None:
    class OnThisDesk(Merging):
        pass

    OnThisDesk.desk = desk
    run_state_machine_as_test(
        OnThisDesk,
        settings=settings(
            max_examples=4,
            stateful_step_count=15,
            deadline=None,
            phases=[Phase.generate],  # to shrink takes minutes, and hides what broke
            suppress_health_check=list(HealthCheck),
        ),
    )
