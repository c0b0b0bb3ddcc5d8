"""Hear one person's live stream: python -m tests.benchmarks.listen port seconds kinds < token

A process of its own, so that hearing is not kept waiting by asking. It writes a line as soon as it
listens, and a JSON line per notification (`notification.added`): [report, seconds since 1970], or
per change of an incident (`incident.`): [incident, seconds since 1970, when it changed].
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from typing import Any

from tests.client import Client
from tests.sse import Said, listening


def main(port: int, seconds: float, kinds: str) -> None:
    """Listen for so long at most."""
    client = Client(f"http://127.0.0.1:{port}", sys.stdin.readline().strip())
    until = time.time() + seconds
    with listening(client, seconds=seconds) as live, suppress(OSError):
        print("listening", flush=True)
        while time.time() < until:
            said = live.next()
            if said.kind.startswith(kinds):
                print(json.dumps(_line(said, time.time())), flush=True)


def _line(said: Said, at: float) -> list[Any]:
    if said.kind.startswith("incident."):
        return [said.data["incident_id"], at, said.data["updated_at"]]
    return [said.data["report_id"], at]


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3])
