"""16 and 17: an event that cannot be handled; every event three times."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from kombu import Connection, Consumer, Queue, binding

from infra.local.state import SERVICES
from services.chassis.topology import exchange
from tests.kota import kota
from tests.reliability.chaos.probes import doubles_dropped
from tests.reliability.chaos.scenario import Fault, Run, Scenario
from tests.reliability.chaos.world import BACK_SECONDS, World
from tests.reliability.databases import change, column, connected
from tests.waiting import eventually

SECONDS = 20
QUICK_SECONDS = 6
DROP_SECONDS = 60
# every sixteenth report, by the last digit of its id
_POISON = """
CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF right(NEW.report_id::text, 1) = '0' THEN RAISE EXCEPTION 'poisoned'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER poison BEFORE INSERT ON notification FOR EACH ROW EXECUTE FUNCTION poison()"""
_CURE = "DROP TRIGGER poison ON notification; DROP FUNCTION poison"
_PARKED = "SELECT subject FROM chassis.inbox WHERE state = 'parked' AND handler = 'tell_people'"
_BEHIND = "SELECT subject FROM chassis.inbox WHERE state = 'waiting' AND handler = 'tell_people'"
_TOLD = "SELECT DISTINCT report_id::text FROM notification WHERE report_id = ANY(%s::uuid[])"


def poisoned(seconds: float) -> Fault:
    """Some reports' events cannot be handled; then they can, and an operator lets them run."""

    def fault(run: Run) -> None:
        with connected(run.world.stack, "notify", owner=True) as notify:
            change(notify, _POISON)
            try:
                run.let_it_run(seconds)
                _only_its_lane_waits(run, notify)
            finally:
                change(notify, _CURE)
        ran = kota(run.world.stack.state.folder, "parked", "replay")
        run.require(ran.code == 0, f"kota parked replay: {ran.out.strip() or ran.err.strip()}")

    return fault


def _only_its_lane_waits(run: Run, notify: Any) -> None:
    ids = {str(one.answer["id"]) for one in run.history.attempts()
           if one.f == "submit" and one.type == "ok"}  # fmt: skip
    healthy = [id for id in ids if not id.endswith("0")]
    eventually(
        lambda: set(column(notify, _TOLD, healthy)) == set(healthy), BACK_SECONDS, "the others told"
    )
    eventually(lambda: column(notify, _PARKED), BACK_SECONDS, "a parked event")
    parked, behind = column(notify, _PARKED), column(notify, _BEHIND)
    only = all(subject.endswith("0") for subject in (*parked, *behind))
    run.require(
        only,
        f"{len(parked)} events parked, {len(behind)} wait behind them or for their next try;"
        f" the {len(healthy)} other reports went on",
    )


@dataclass
class Echo:
    """A context: every event that passes by is published twice more meanwhile."""

    world: World
    copies: int = 0
    _ends: threading.Event = field(default_factory=threading.Event)
    _hears: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Echo:
        self._thread = threading.Thread(target=self._echo, daemon=True)
        self._thread.start()
        assert self._hears.wait(20), "the broker does not answer"
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def _echo(self) -> None:
        with Connection(self.world.stack.rabbitmq.url()) as connection:
            self._producer = connection.Producer()
            binds = [binding(exchange(f"{name}.events"), routing_key="#") for name in SERVICES]
            queue = Queue(f"echo.{uuid4()}", bindings=binds, exclusive=True, auto_delete=True)
            with Consumer(connection, [queue], on_message=self._repeat, no_ack=True):
                self._hears.set()
                while not self._ends.is_set():
                    try:
                        connection.drain_events(timeout=0.2)
                    except TimeoutError:
                        continue

    def _repeat(self, message: Any) -> None:
        if "x-echo" in message.headers:
            return
        info = message.delivery_info
        for _ in range(2):
            self._producer.publish(
                message.body, exchange=info["exchange"], routing_key=info["routing_key"],
                content_type="application/json", content_encoding="utf-8",
                message_id=message.properties.get("message_id"), headers={"x-echo": "1"},
                delivery_mode=2,
            )  # fmt: skip
            self.copies += 1


def tripled(seconds: float) -> Fault:
    """Every event is published three times."""

    def fault(run: Run) -> None:
        before = _dropped(run.world)
        with Echo(run.world) as echo:
            run.let_it_run(seconds)
        # an inbox that drops none is what the checker has to see
        with suppress(AssertionError):
            eventually(lambda: _dropped(run.world) - before >= echo.copies / 2, DROP_SECONDS)
        dropped = _dropped(run.world) - before
        run.require(
            dropped >= echo.copies / 2,
            f"{echo.copies} copies published; inboxes dropped {dropped:.0f} doubles",
        )

    return fault


def _dropped(world: World) -> float:
    return sum(doubles_dropped(world, name) for name in SERVICES)


SCENARIOS = [
    Scenario(
        16,
        "poison event",
        poisoned(SECONDS),
        quick=poisoned(QUICK_SECONDS),
    ),
    Scenario(17, "every event three times", tripled(SECONDS), quick=tripled(QUICK_SECONDS)),
]
