"""Cursors leave the house signed, and come back as they left or not at all."""

from __future__ import annotations

from typing import Any

from itsdangerous import BadSignature, Signer

from services.chassis.contract import Operation
from services.chassis.errors import Malformed
from services.chassis.text import Text

_FOREIGN = Text("This cursor is not one of ours.", id="Kursor ini bukan milik kami.")


class Cursors:
    """secret: shared by all gateway processes; a new one voids the cursors that are out."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def opened(self, operation: Operation, body: dict[str, Any]) -> dict[str, Any]:
        """The request with its cursor as the service knows it. Raises Malformed."""
        given = body.get("cursor")
        if "cursor" not in operation.request._declared_fields or not isinstance(given, str):
            return body
        try:
            cursor = self._signer(operation).unsign(given).decode("ascii")
        except (BadSignature, UnicodeError):
            raise Malformed(_FOREIGN) from None
        return body | {"cursor": cursor}

    def sealed(self, operation: Operation, answer: Any) -> Any:
        """The answer with its cursor signed for this operation."""
        if "cursor" not in operation.request._declared_fields or not answer.get("next"):
            return answer
        return answer | {"next": self._signer(operation).sign(answer["next"]).decode("ascii")}

    def _signer(self, operation: Operation) -> Signer:
        return Signer(self._secret, salt=f"cursor.{operation.name}")
