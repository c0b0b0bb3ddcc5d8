"""A process that calls: `python -m … AMQP_URL`, one JSON call per line in, one JSON line out."""

from __future__ import annotations

import warnings

warnings.simplefilter("ignore")
import eventlet  # noqa: E402

eventlet.monkey_patch()

import json  # noqa: E402
import sys  # noqa: E402
from typing import Any  # noqa: E402

import structlog  # noqa: E402
from nameko import config  # noqa: E402

from services.chassis.call import CallHeaders  # noqa: E402
from services.chassis.errors import DomainError  # noqa: E402
from services.chassis.rpc_client import RpcLink  # noqa: E402
from services.chassis.topology import EDGE  # noqa: E402


class _Container:
    service_name = EDGE

    def spawn_managed_thread(self, run: Any, identifier: str | None = None) -> Any:
        return eventlet.spawn(run)


def main(url: str) -> None:
    """Serve calls until standard input ends."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    config["AMQP_URI"] = url
    link: Any = RpcLink()
    link.container = _Container()
    link.setup()
    link.start()
    for _ in range(30):
        if link.is_up:
            break
        eventlet.sleep(0.1)
    for line in sys.stdin:
        call = json.loads(line)
        headers = CallHeaders(
            budget_ms=call.get("budget_ms", 4000), idempotency_key=call.get("key")
        )
        try:
            said = {"result": link.call(call["service"], call["operation"], call["body"], headers)}
        except DomainError as error:
            said = {"error": type(error).__name__, "status": error.status}
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
