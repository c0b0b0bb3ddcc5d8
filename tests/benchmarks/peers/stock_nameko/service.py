"""One document, by RPC."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from nameko.rpc import rpc


class PeerPermits:
    """Answers with the document that our own service answers with."""

    name = "peer_permits"
    documents: dict[str, Any] = {"pbg": json.loads(Path(os.environ["PEER_DOCUMENT"]).read_text())}

    @rpc  # type: ignore[untyped-decorator]
    def get_permit_type(self, code: str) -> Any:
        """One permit type."""
        return self.documents[code]
