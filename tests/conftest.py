"""For all tests."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from hypothesis import settings

from infra.local import state
from tests import place

# how long an example takes says something about the machine, nothing about the code
settings.register_profile("without a clock", deadline=None)
settings.load_profile("without a clock")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Whoever reads of a failure is told where the servers and processes wrote down their part."""
    report = yield
    if report.failed and {"servers", "stack", "city"} & set(item.fixturenames):
        report.sections.append(("Logs", str(place.folder() / "logs")))
    return report


@pytest.fixture(scope="session", autouse=True)
def own_ports() -> None:
    """Stacks of this process choose other ports than those of its neighbours."""
    state.PORTS = place.share(state.PORTS)
