"""18: events arrive in any order."""

from __future__ import annotations

import random
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

from kombu import Connection

from services.chassis import broker_url
from tests.client import Client
from tests.kota import kota
from tests.reliability.chaos.errands import PLACE
from tests.reliability.chaos.observed import Observed
from tests.reliability.chaos.people import AGENCY
from tests.reliability.chaos.scenario import Fault, Run, Scenario
from tests.reliability.chaos.world import World
from tests.reliability.databases import change, column, connected, relay_held

SECONDS = 15
QUICK_SECONDS = 4
FICKLE = 8
_WAITING = "SELECT id, exchange, type, subject, body FROM chassis.outbox ORDER BY id"


def shuffled(seconds: float) -> Fault:
    """Whatever reports and registry said in so many seconds is published in any order.

    Besides the load, some people follow reports and think better of it, and officers' accounts are
    closed and opened again: where only the last word counts, an earlier one must not win.
    """

    def fault(run: Run) -> None:
        followed = {_report(run): chance.random() < 0.5 for _ in range(FICKLE)}
        officers = [_officer(run.world) for _ in range(2)]
        with ExitStack() as held:
            databases = {name: held.enter_context(relay_held(run.world.stack, name))
                         for name in ("reports", "registry")}  # fmt: skip
            for report, finally_ in followed.items():
                for following in (finally_, not finally_, finally_):
                    _follow(run.load.errands.people.citizens[0].client, report, following)
            for login, _ in officers:
                _closed_and_opened(run.world, login)
            run.let_it_run(seconds)
            for name, database in databases.items():
                run.note(
                    f"{_publish(run.world, name, database, chance)} events of {name} in any order"
                )
        run.memory |= {"followed": followed, "officers": [id for _, id in officers]}

    chance = random.Random(18)
    return fault


def the_last_word_counts(run: Run, observed: Observed) -> None:
    """What notify knows of followers, and reports of accounts, is what was said last."""
    followed = run.memory["followed"]
    with connected(run.world.stack, "notify") as notify:
        known = set(column(notify, "SELECT report_id::text FROM follower"))
    right = sum((report in known) == following for report, following in followed.items())
    run.require(right == len(followed), f"{right} of {len(followed)} followers are as they chose")
    with connected(run.world.stack, "reports") as reports:
        roles = column(reports, "SELECT role FROM account WHERE id = ANY(%s)", _ids(run))
    run.require(
        roles == ["officer"] * len(_ids(run)), f"accounts opened again are known as {roles}"
    )


def _ids(run: Run) -> list[str]:
    return list(run.memory["officers"])


def _publish(world: World, service: str, database: Any, chance: random.Random) -> int:
    """Does the relay's work, badly, as the service's own user: nobody else may seal for it."""
    with database.cursor() as cursor:
        cursor.execute(_WAITING)
        rows = list(cursor.fetchall())
    chance.shuffle(rows)
    options = {"confirm_publish": True}
    url = world.stack.rabbitmq.url_of(service)
    with Connection(url, transport_options=options) as broker:
        producer = broker.Producer()
        for _, exchange, type, _, body in rows:
            producer.publish(
                body, exchange=exchange, routing_key=type, content_type="application/json",
                content_encoding="utf-8", delivery_mode=2, user_id=broker_url.user(url),
            )  # fmt: skip
    change(database, "DELETE FROM chassis.outbox WHERE id = ANY(%s)", [row[0] for row in rows])
    return len(rows)


def _report(run: Run) -> str:
    """One that the load does not know, so that it need not know who else is told."""
    body = PLACE | {"description": "uji pengikut", "visibility": "public"}
    made = run.load.errands.people.guest.post("/v1/reports", body)
    assert made.status == 201, made.text
    return str(made.json["id"])


def _follow(client: Client, report: str, following: bool) -> None:
    answer = client.post(f"/v1/reports/{report}/follow", {"following": following})
    assert answer.status == 200, answer.text


def _officer(world: World) -> tuple[str, str]:
    login = f"petugas-{uuid4().hex[:12]}"
    body = {"login": login, "password": uuid4().hex, "role": "officer", "agency": AGENCY}
    made = world.city.log_in("admin").post("/v1/accounts", body)
    assert made.status == 201, made.text
    return login, str(made.json["id"])


def _closed_and_opened(world: World, login: str) -> None:
    for command in ("disable", "enable"):
        ran = kota(world.stack.state.folder, "users", command, login)
        assert ran.code == 0, ran.err


SCENARIOS = [
    Scenario(
        18,
        "events in any order",
        shuffled(SECONDS),
        the_last_word_counts,
        quick=shuffled(QUICK_SECONDS),
        in_order=False,
    )
]
