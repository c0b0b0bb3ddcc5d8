"""Hear one person's live stream: python -m tests.benchmarks.listen port seconds < token

A process of its own, so that hearing is not kept waiting by asking. It writes a line as soon as it
listens, and a JSON line per notification: [report, seconds since 1970].
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress

from tests.client import Client
from tests.sse import listening


def main(port: int, seconds: float) -> None:
    """Listen for so long at most."""
    client = Client(f"http://127.0.0.1:{port}", sys.stdin.readline().strip())
    until = time.time() + seconds
    with listening(client, seconds=seconds) as live, suppress(OSError):
        print("listening", flush=True)
        while time.time() < until:
            said = live.next()
            if said.kind == "notification.added":
                print(json.dumps([said.data["report_id"], time.time()]), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
