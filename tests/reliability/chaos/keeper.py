"""Keeps a city from scenario to scenario, and writes down how each ended."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.reliability.chaos.breaks import Break
from tests.reliability.chaos.runner import Progress, Result, run
from tests.reliability.chaos.scenario import Scenario
from tests.reliability.chaos.world import FOLDER, Impossible, World, usual

RESULTS = FOLDER / "results"


class Keeper:
    """A context. The city stays as long as it is the right one and unharmed.

    say: is told what goes on. rate: of the load, requests a second.
    """

    def __init__(self, say: Progress, rate: float) -> None:
        self._say = say
        self._rate = rate
        self._world: World | None = None
        self._maker: object = None

    def __enter__(self) -> Keeper:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def run(self, scenario: Scenario, *, quick: bool) -> Result:
        """Run one scenario and write down how it ended."""
        try:
            result = self._ran(scenario, self._fitting(scenario), quick=quick)
        except Impossible as reason:
            result = Result(scenario.number, scenario.title, skipped=str(reason))
        _file(scenario).write_text(json.dumps(result.data(), indent=1, ensure_ascii=False))
        if result.skipped or not result.holds:
            self._close()
        return result

    def run_broken(self, scenario: Scenario, broken: Break, *, quick: bool) -> Result:
        """Run one scenario on a city that is broken on purpose."""
        self._close()
        self._world = usual(FOLDER, broken.environment)
        self._world.open()
        broken.before(self._world)
        result = self._ran(scenario, self._world, quick=quick, spoil=broken.after)
        result = replace(result, title=f"{result.title}: {broken.what}")
        file = RESULTS / f"break-{broken.name}-{scenario.number:02}.json"
        file.write_text(json.dumps(result.data(), indent=1, ensure_ascii=False))
        self._close()
        return result

    def _ran(
        self,
        scenario: Scenario,
        world: World,
        *,
        quick: bool,
        spoil: Callable[[World], None] = lambda world: None,
    ) -> Result:
        RESULTS.mkdir(parents=True, exist_ok=True)
        history = RESULTS / f"{scenario.number:02}.history.jsonl"
        began = time.monotonic()

        def say(words: str) -> None:
            self._say(f"{time.monotonic() - began:4.0f} s  {words}")

        fault = scenario.quick if quick else None
        try:
            result = run(
                scenario, world, history, fault=fault, spoil=spoil, say=say, rate=self._rate
            )
        except AssertionError as error:
            result = Result(scenario.number, scenario.title, complaints=[str(error)])
        return replace(result, is_short=quick)

    def _fitting(self, scenario: Scenario) -> World:
        if self._world is None or self._maker is not scenario.world:
            self._close()
            self._say("a city comes up")
            self._world, self._maker = scenario.world(FOLDER), scenario.world
            self._world.open()
        return self._world

    def _close(self) -> None:
        if self._world is not None:
            self._world.close()
            self._world = None


def results() -> list[Result]:
    """How each scenario ended that was run here, by number."""
    files = sorted(RESULTS.glob("[0-9][0-9].json"))
    return [Result(**json.loads(file.read_text())) for file in files]


def broken_results() -> dict[str, Result]:
    """How the runs on broken cities ended, by the name of the break and the scenario's number."""
    files: list[Path] = sorted(RESULTS.glob("break-*.json"))
    return {
        file.stem.removeprefix("break-"): Result(**json.loads(file.read_text())) for file in files
    }


def _file(scenario: Scenario) -> Path:
    return RESULTS / f"{scenario.number:02}.json"
