"""Calls without the broker: an operation over HTTP on the service's own port.

The way for callers while the broker is away, so that writes go on; their events wait in the outbox.
Token, access and validation are checked as ever. `direct_client.py` is the other end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.chassis import jsontext
from services.chassis.errors import DomainError, Malformed
from services.chassis.health import Serve
from services.chassis.rpc_server import Rpc, no_such_operation

if TYPE_CHECKING:
    from services.chassis.runtime import Chassis


def direct_calls(chassis: Chassis) -> Serve:
    """What serves (operation, request) → answer, both in JSON:

    {"body": …, "headers": …} → {"result": …, "error": null or the error's data}.
    """

    def serve(operation: str, raw: bytes) -> bytes:
        result, error = _answer(chassis, operation, raw)
        data = {"result": result, "error": error.data() if error else None}
        return jsontext.dumps(data).encode()

    return serve


def _answer(chassis: Chassis, operation: str, raw: bytes) -> tuple[Any, DomainError | None]:
    entry = next(
        (e for e in chassis.entrypoints if isinstance(e, Rpc) and e.method_name == operation), None
    )
    if entry is None:
        return None, no_such_operation(operation)
    try:
        request = jsontext.loads(raw)
        return entry.call({"body": dict(request["body"])}, dict(request["headers"]))
    except (ValueError, KeyError, TypeError):
        return None, Malformed()
