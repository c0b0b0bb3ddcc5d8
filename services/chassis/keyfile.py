"""A JWKS file of public keys, looked at again when it changes, so that keys can be rotated."""

from __future__ import annotations

import json
import time
from pathlib import Path

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 10.0


class KeyFile:
    """The keys by their ids. Raises OSError, ValueError or JoseError if it cannot be read at first.

    version: grows whenever the keys change.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._looked_at = 0.0
        self._modified = 0.0
        self._keys: dict[str, OKPKey] = {}
        self.version = 0
        self.look()

    def key(self, key_id: str) -> OKPKey:
        """The key of that id. Raises KeyError."""
        return self._keys[key_id]

    def look(self) -> None:
        """Read the file again if it changed since the last look, some seconds ago."""
        if time.monotonic() - self._looked_at < _LOOK_SECONDS and self._keys:
            return
        self._looked_at = time.monotonic()
        try:
            modified = self._file.stat().st_mtime
            if modified == self._modified:
                return
            keys = KeySet.import_key_set(json.loads(self._file.read_text())).keys
        except (OSError, ValueError, JoseError):
            if not self._keys:
                raise
            # somebody is writing it, or broke it: go on with the keys we know
            log.warning("the public keys cannot be read", exc_info=True)
            return
        self._keys = {str(k.kid): k for k in keys if isinstance(k, OKPKey)}
        self._modified = modified
        self.version += 1
