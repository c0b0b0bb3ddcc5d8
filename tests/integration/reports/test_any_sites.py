"""Whatever happens to reports and sites, a site counts exactly the reports that lie on it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from services.chassis.errors import DomainError
from services.chassis.principal import Principal
from services.reports.sites import contract
from tests.integration.reports.test_actions import ADMIN, ANNA, FOREIGN, OFFICER, SUPERVISOR, do
from tests.integration.reports.test_sites import Sites, sites

__all__ = ["sites"]

MOVES = (
    "assign", "start", "resolve", "resolve", "reject", "refer", "reopen", "close", "unmerge",
    "hide", "moderate", "restore", "rate",
)  # fmt: skip
MORE: dict[str, dict[str, Any]] = {"restore": {"what": "report"}, "rate": {"score": 1}}
DEEDS = {
    contract.CLEAN_SITE: {"note": "x"},
    contract.ENFORCE_SITE: {"note": "x"},
    contract.CLOSE_SITE: {"reason": "x"},
    contract.BEGIN_SITE: {"duty": "clean"},
}


class Anything:
    """A street of a hundred metres on which people report, and officers work."""

    def __init__(self, sites: Sites, seed: int) -> None:
        self.sites = sites
        self.random = Random(seed)
        self.reports: list[str] = []

    def step(self) -> None:
        """One thing that somebody does; most of it is possible only sometimes."""
        chance, desk = self.random.random(), self.sites.desk
        if chance < 0.25 or not self.reports:
            self.report()
        elif chance < 0.3:
            desk.caller.clock.move(timedelta(hours=self.random.choice((1, 30))))
        elif chance < 0.45:
            self.sites.take_in(self.random.choice((1, 3, 100)))
        elif chance < 0.6:
            with suppress(DomainError):
                self.at_a_site()
        elif chance < 0.7:
            one, other = (self.random.choice(self.reports) for _ in range(2))
            with suppress(DomainError):
                do(desk, "merge", one, OFFICER, duplicate_of=other)
        else:
            name = self.random.choice(MOVES)
            by = self.random.choice([OFFICER, SUPERVISOR, SUPERVISOR, ANNA, ADMIN])
            with suppress(DomainError):
                do(desk, name, self.random.choice(self.reports), by, **MORE.get(name, {}))

    def report(self) -> None:
        visibility = self.random.choice(("public", "public", "anonymous", "secret"))
        place: dict[str, Any] = {"lat": -3.1 - self.random.random() / 1_000, "long": 120.1}
        made = self.sites.desk.submit(ANNA, visibility=visibility, **place)
        self.reports.append(made["id"])

    def at_a_site(self) -> None:
        known = self.sites.ask(contract.LIST_SITES)["items"]
        if not known:
            return
        site, other = (self.random.choice(known)["id"] for _ in range(2))
        by: Principal = self.random.choice([OFFICER, FOREIGN])
        chance = self.random.random()
        if chance < 0.2:
            self.sites.ask(contract.MERGE_SITE, by, id=site, into=other, reason="x")
        elif chance < 0.5:
            lies = self.random.choice(self.sites.reports(site) or self.reports)
            to = self.random.choice(({}, {"to": other}))
            move = {"id": site, "report": lies, "reason": "x"}
            self.sites.ask(contract.MOVE_SITE_REPORT, by, **move, **to)
        else:
            deed = self.random.choice(list(DEEDS))
            self.sites.ask(deed, by, id=site, **DEEDS[deed])


@pytest.mark.parametrize("seed", range(2))
def test_after_anything_that_happened(sites: Sites, seed: int) -> None:
    anything = Anything(sites, seed)
    for step in range(90):
        anything.step()
        if step % 30 == 29:
            sites.check()
    left = sites.desk.caller.rows("SELECT count(*) AS n FROM site_change")
    assert left == [{"n": 0}] and sites.all()
