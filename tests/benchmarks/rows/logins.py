"""j: whether an account exists cannot be told by how long a wrong login takes."""

from __future__ import annotations

import time
import uuid

from tests.benchmarks.figures import Outcome, less
from tests.benchmarks.measure import median
from tests.benchmarks.row import Scale
from tests.benchmarks.stage import Stage
from tests.client import Client

# a fifth wrong password would lock the account, and be answered sooner
TRIES = 3
ALIKE = 1.10


def measure(stage: Stage, scale: Scale) -> Outcome:
    """Try both in turn; which is first changes from pair to pair."""
    known = [_account(stage) for _ in range(10 * scale.rounds)] * TRIES
    guest = Client(stage.stack.base_url)
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for n, login in enumerate(known):
        pair = [("known", login), ("unknown", f"warga-{uuid.uuid4().hex[:12]}")]
        for kind, tried in pair if n % 2 else reversed(pair):
            took[kind].append(_try(guest, tried))
    middle = {kind: median(values) for kind, values in took.items()}
    apart = max(middle.values()) / min(middle.values())
    return Outcome(
        [
            less("medians of known and unknown", "×", apart, ALIKE),
            *[less(f"wrong login, {kind} account", "ms", took[kind]) for kind in took],
        ],
        [f"{len(known)} attempts each, one at a time, in turn"],
    )


def _account(stage: Stage) -> str:
    login = f"warga-{uuid.uuid4().hex[:12]}"
    account = {"login": login, "password": uuid.uuid4().hex, "role": "citizen"}
    answer = stage.client("admin").post("/v1/accounts", account)
    if answer.status != 201:
        raise RuntimeError(answer.text)
    return login


def _try(guest: Client, login: str) -> float:
    began = time.perf_counter()
    answer = guest.post("/v1/auth/token", {"login": login, "password": "certainly-wrong"})
    took = time.perf_counter() - began
    if answer.status != 401:
        raise RuntimeError(answer.text)
    return took * 1e3
