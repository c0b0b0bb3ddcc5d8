"""The document over HTTP."""

from __future__ import annotations

import json
from typing import Any

from nameko.rpc import ServiceRpc
from nameko.web.handlers import http
from werkzeug.wrappers import Response


class PeerGateway:
    """HTTP in, RPC out."""

    name = "peer_gateway"
    permits: Any = ServiceRpc("peer_permits")

    @http("GET", "/v1/permit-types/<string:code>")  # type: ignore[untyped-decorator]
    def get_permit_type(self, request: Any, code: str) -> Response:
        """One permit type."""
        return Response(json.dumps(self.permits.get_permit_type(code)), mimetype="application/json")
