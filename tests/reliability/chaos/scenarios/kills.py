"""1 to 5: kill -9 of each process, ten times."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from tests.client import Client
from tests.reliability.chaos.load import TORN
from tests.reliability.chaos.observed import Observed
from tests.reliability.chaos.scenario import Fault, Run, Scenario
from tests.reliability.databases import column, connected

TIMES = 10
_MADE = "SELECT id::text FROM identity.account WHERE starts_with(login, %s)"
_KNOWN = "SELECT count(*) FROM account WHERE id = ANY(%s)"
BACK_SECONDS = 10.0
PAUSE_SECONDS = 1.0
MAKERS = 3
_OTHERS = {1: "gateway", 3: "reports", 4: "notify", 5: "permits"}


def killed(name: str, times: int) -> Fault:
    """kill -9, so many times, each when the one before is back."""

    def fault(run: Run) -> None:
        back = []
        for number in range(times):
            # not always at the same point of what begins anew after the last
            run.let_it_run(PAUSE_SECONDS * (1 + number / times))
            back.append(run.world.kill_and_wait(name))
        words = f"killed {name} {times} times; back after {min(back):.1f} to {max(back):.1f} s"
        run.require(max(back) <= run.machine.stretched(BACK_SECONDS), words)

    return fault


def registry_killed(times: int) -> Fault:
    """The same, while it makes accounts: of each that it has made the others are to hear.

    Of some their maker did not hear: a second request finds the login taken.
    """

    def fault(run: Run) -> None:
        admin, ends = run.world.city.log_in("admin"), threading.Event()
        logins = run.memory["logins"] = f"warga-{uuid4().hex[:8]}-"
        with ThreadPoolExecutor(MAKERS) as makers:
            for _ in range(MAKERS):
                makers.submit(_make_accounts, admin, logins, ends)
            try:
                killed("registry", times)(run)
            finally:
                ends.set()

    return fault


def accounts_are_known(run: Run, observed: Observed) -> None:
    """What reports has heard of."""
    with connected(run.world.stack, "registry") as registry:
        made = column(registry, _MADE, run.memory["logins"])
    with connected(run.world.stack, "reports") as reports:
        (known,) = column(reports, _KNOWN, made)
    run.require(
        0 < known == len(made), f"{len(made)} accounts were made meanwhile, reports knows {known}"
    )


def _make_accounts(admin: Client, logins: str, ends: threading.Event) -> None:
    """One after the other; what gets no answer is asked again."""
    while not ends.wait(0.1):
        login = f"{logins}{uuid4().hex[:8]}"
        body = {"login": login, "password": uuid4().hex, "role": "citizen"}
        while not ends.wait(0.2):
            try:
                if admin.post("/v1/accounts", body).status != 503:
                    break
            except TORN:
                continue


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
