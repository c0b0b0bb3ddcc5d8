"""Work that repeats beside requests: at once, after a rest, when hurried, and after a failure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import eventlet
import pytest
from nameko.containers import ServiceContainer
from nameko.extensions import DependencyProvider

from services.chassis.repeated import repeated


class Diary(DependencyProvider):
    """What happened, and what shall happen next."""

    times = 0
    answers: tuple[Any, ...] = ()

    def get_dependency(self, worker_ctx: Any) -> Diary:
        return self

    def step(self) -> bool:
        self.times += 1
        answer, self.answers = (self.answers or (False,))[0], self.answers[1:]
        if isinstance(answer, Exception):
            raise answer
        return bool(answer)


class Service:
    """Does nothing but repeat."""

    name = "repeating"
    diary = Diary()

    @repeated(3_600.0)
    def work(self) -> bool:
        """One step."""
        diary: Any = self.diary
        return bool(diary.step())


@pytest.fixture
def container() -> Iterator[ServiceContainer]:
    found = ServiceContainer(Service)
    yield found
    found.stop()


def diary_of(container: ServiceContainer) -> Diary:
    (found,) = container.dependencies
    assert isinstance(found, Diary)
    return found


def until(container: ServiceContainer, times: int) -> None:
    with eventlet.Timeout(10):
        while diary_of(container).times < times:
            eventlet.sleep(0.01)


def poke(container: ServiceContainer) -> None:
    (entry,) = container.entrypoints
    entry.poke()


def test_it_begins_and_rests(container: ServiceContainer) -> None:
    container.start()
    until(container, 1)
    eventlet.sleep(0.1)
    assert diary_of(container).times == 1


def test_more_is_done_at_once(container: ServiceContainer) -> None:
    diary_of(container).answers = (True, True, False)
    container.start()
    until(container, 3)
    eventlet.sleep(0.1)
    assert diary_of(container).times == 3


def test_it_can_be_hurried(container: ServiceContainer) -> None:
    container.start()
    for times in (1, 2, 3):
        until(container, times)
        eventlet.sleep(0.05)
        poke(container)
    until(container, 4)


def test_a_failure_is_tried_again(container: ServiceContainer) -> None:
    diary_of(container).answers = (RuntimeError("once"), ValueError("twice"), False)
    container.start()
    until(container, 3)


def test_stopping_waits_for_the_step(container: ServiceContainer) -> None:
    container.start()
    until(container, 1)
    container.stop()
    times = diary_of(container).times
    poke(container)
    eventlet.sleep(0.05)
    assert diary_of(container).times == times
