"""HTTP in, RPC out: python -m …gateway port."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import eventlet

eventlet.monkey_patch()

import orjson  # noqa: E402
from eventlet import wsgi  # noqa: E402

from tests.benchmarks.peers.bare_slice.link import Caller  # noqa: E402


def main(port: int) -> None:
    """Serve."""
    caller = Caller(os.environ["PEER_AMQP_URL"])

    def respond(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        if environ["REQUEST_METHOD"] == "GET":
            start("200 OK", [("Content-Length", "2")])
            return [b"ok"]
        parts = environ["PATH_INFO"].split("/")
        body = orjson.loads(environ["wsgi.input"].read())
        body["key"] = environ["HTTP_IDEMPOTENCY_KEY"]
        if len(parts) == 5:
            body |= {"id": parts[3], "action": parts[4]}
        answer = orjson.dumps(caller.call("bare.reports", body))
        length = ("Content-Length", str(len(answer)))
        start("200 OK", [("Content-Type", "application/json"), length])
        return [answer]

    wsgi.server(eventlet.listen(("127.0.0.1", port), reuse_port=True), respond, log_output=False)


main(int(sys.argv[1]))
