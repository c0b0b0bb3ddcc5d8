"""A process keeps to the time of its database, whatever its machine's clock says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from services.chassis import clock
from services.chassis.clock import ProcessTime

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Machine:
    """A machine whose two clocks are ours to move."""

    def __init__(self) -> None:
        self.wall, self.monotonic = NOON, 100.0

    def passes(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.monotonic += seconds


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    fake: Any = SimpleNamespace(now=lambda zone: made.wall)
    monkeypatch.setattr(clock, "datetime", fake)
    monkeypatch.setattr(clock, "time", SimpleNamespace(monotonic=lambda: made.monotonic))
    return made


def test_it_is_the_machines_until_a_better_one_was_heard(machine: Machine) -> None:
    assert ProcessTime().now() == NOON


@pytest.mark.parametrize("error", [HOUR, -HOUR])
def test_a_wrong_clock_of_the_machine(machine: Machine, error: timedelta) -> None:
    here = ProcessTime()
    machine.wall += error
    here.heed(NOON, asked=100.0)
    machine.passes(10)
    assert here.now() == NOON + timedelta(seconds=10)
    machine.wall -= error
    assert here.now() == NOON + timedelta(seconds=10), "set right, it changes nothing"


def test_an_answer_is_half_its_way_old(machine: Machine) -> None:
    here = ProcessTime()
    machine.passes(0.4)
    here.heed(NOON + HOUR, asked=100.0)
    assert here.now() == NOON + HOUR + timedelta(seconds=0.2)


def test_a_late_answer_says_nothing(machine: Machine) -> None:
    here = ProcessTime()
    machine.passes(0.6)
    here.heed(NOON + HOUR, asked=100.0)
    assert here.now() == machine.wall


def test_what_the_delay_explains_moves_nothing(machine: Machine) -> None:
    """So time does not jump to and fro every second."""
    here = ProcessTime()
    here.heed(NOON, asked=100.0)
    machine.passes(0.2)
    here.heed(NOON + timedelta(seconds=0.25), asked=100.0)
    assert here.now() == NOON + timedelta(seconds=0.2)
    machine.passes(1)
    here.heed(NOON + timedelta(seconds=3), asked=101.2)
    assert here.now() == NOON + timedelta(seconds=3)
