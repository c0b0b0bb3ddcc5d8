"""1 to 5: kill -9 of each process, ten times."""

from __future__ import annotations

import threading
import time
from uuid import uuid4

from tests.client import Client
from tests.reliability.chaos.load import TORN
from tests.reliability.chaos.observed import Observed
from tests.reliability.chaos.scenario import Fault, Run, Scenario
from tests.reliability.databases import column, connected

TIMES = 10
_KNOWN = "SELECT count(*) FROM account WHERE id = ANY(%s)"
BACK_SECONDS = 10.0
PAUSE_SECONDS = 1.0
_OTHERS = {1: "gateway", 3: "reports", 4: "notify", 5: "permits"}


def killed(name: str, times: int) -> Fault:
    """kill -9, so many times, each when the one before is back."""

    def fault(run: Run) -> None:
        back = []
        for _ in range(times):
            run.let_it_run(PAUSE_SECONDS)
            back.append(run.world.kill_and_wait(name))
        words = f"killed {name} {times} times; back after {min(back):.1f} to {max(back):.1f} s"
        run.require(max(back) <= run.machine.stretched(BACK_SECONDS), words)

    return fault


def registry_killed(times: int) -> Fault:
    """The same, while it makes accounts: of each that it has made the others are to hear."""

    def fault(run: Run) -> None:
        admin, ends = run.world.city.log_in("admin"), threading.Event()
        made = run.memory["made"] = list[str]()
        maker = threading.Thread(target=_make_accounts, args=(admin, made, ends))
        maker.start()
        try:
            killed("registry", times)(run)
        finally:
            ends.set()
            maker.join()

    return fault


def accounts_are_known(run: Run, observed: Observed) -> None:
    """What reports has heard of."""
    made = run.memory["made"]
    with connected(run.world.stack, "reports") as reports:
        (known,) = column(reports, _KNOWN, made)
    run.require(
        known == len(made), f"{len(made)} accounts were made meanwhile, reports knows {known}"
    )


def _make_accounts(admin: Client, made: list[str], ends: threading.Event) -> None:
    """One after the other; what gets no answer is asked again with its key."""
    while not ends.wait(0.1):
        body = {"login": f"warga-{uuid4().hex[:12]}", "password": uuid4().hex, "role": "citizen"}
        key = str(uuid4())
        while True:
            try:
                answer = admin.post("/v1/accounts", body, Idempotency_Key=key)
            except TORN:
                continue
            if answer.status == 201:
                made.append(answer.json["id"])
                break
            time.sleep(0.2)
            if answer.status != 503 or ends.is_set():
                break


SCENARIOS = [
    *(
        Scenario(number, f"kill -9 of {name}", killed(name, TIMES), quick=killed(name, 1))
        for number, name in _OTHERS.items()
    ),
    Scenario(
        2,
        "kill -9 of registry",
        registry_killed(TIMES),
        accounts_are_known,
        quick=registry_killed(1),
    ),
]
