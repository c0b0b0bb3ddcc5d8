"""What is changed in the processes of a broken city, each when its module has been loaded."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

Change = Callable[[ModuleType], None]
# as slow as a busy broker is
PUBLISH_SECONDS = 0.2


def no_inbox(inbox: ModuleType) -> None:
    """Who comes a second time is let in."""

    def check(self: Any, row: Any) -> None:
        if row["claim_behind"]:
            raise inbox.BehindAnother()

    inbox.InboxClaim.check = check


def no_outbox(unit_of_work: ModuleType) -> None:
    """An event is published by whoever handles the request, when its transaction is durable."""
    from eventlet.patcher import is_monkey_patched

    as_ever = unit_of_work.UnitOfWork.emit

    def emit(self: Any, event_type: Any, subject: str, version: int, data: dict[str, Any]) -> None:
        # what makes the first accounts is no service, and handles no request
        if not is_monkey_patched("socket"):
            as_ever(self, event_type, subject, version, data)
            return
        sealed = unit_of_work.envelope.seal(event_type, subject, version, data, at=self.clock.now())
        self.after_commit(lambda: _publish(event_type, sealed))

    unit_of_work.UnitOfWork.emit = emit


def _publish(event_type: Any, sealed: dict[str, Any]) -> None:
    import os

    import eventlet

    from services.chassis import jsontext
    from services.chassis.broker import ConfirmingPublisher, Outgoing
    from services.chassis.errors import BrokerAway

    body = jsontext.dumps(sealed)
    eventlet.sleep(PUBLISH_SECONDS)
    publisher = ConfirmingPublisher(os.environ["AMQP_URL"])
    try:
        publisher.publish(
            [Outgoing(event_type.exchange, event_type.type, body, sealed["id"], False)]
        )
    except BrokerAway:
        print("an event could not be published", sealed["type"], file=sys.stderr)
    finally:
        publisher.close()


def range_delete(outbox: ModuleType) -> None:
    """What has a number up to the last that was published counts as published."""
    outbox.DELETE = (  # type: ignore[attr-defined]
        "DELETE FROM chassis.outbox WHERE id <= (SELECT max(id) FROM unnest(%(ids)s) id); COMMIT"
    )


CHANGES: dict[str, tuple[str, Change]] = {
    "no-inbox": ("services.chassis.inbox", no_inbox),
    "no-outbox": ("services.chassis.unit_of_work", no_outbox),
    "range-delete": ("services.chassis.outbox", range_delete),
}


class _AfterLoading(importlib.abc.MetaPathFinder):
    """Lets the module be found as ever, and changes it once it is there."""

    def __init__(self, name: str, change: Change) -> None:
        self._name = name
        self._change = change

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name != self._name:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        assert spec is not None and spec.loader is not None
        execute = spec.loader.exec_module

        def execute_and_change(module: ModuleType) -> None:
            execute(module)
            self._change(module)

        spec.loader.exec_module = execute_and_change  # type: ignore[method-assign]
        return spec


def install(name: str) -> None:
    """Change what that break changes, as soon as it is loaded; nothing is loaded by this."""
    if name in CHANGES:
        sys.meta_path.insert(0, _AfterLoading(*CHANGES[name]))
