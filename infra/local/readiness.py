"""Ask processes over HTTP whether they are ready."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from typing import Any

# a proxy of the surroundings has nothing to do with loopback
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(address: str) -> dict[str, Any]:
    """What a /readyz answers, ready or not; {} if there is no answer within 5 seconds."""
    try:
        with _OPENER.open(address, timeout=5) as answer:
            return _json_or_empty(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return _json_or_empty(error.read())
    except (OSError, http.client.HTTPException):
        return {}


def _json_or_empty(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
