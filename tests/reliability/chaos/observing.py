"""Looks at the city after a scenario: through HTTP as people do, and where people cannot look."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from psycopg2.extras import RealDictCursor

from infra.kota.broker import Broker, Unreachable
from infra.kota.contracts import all_contracts
from infra.local.state import SERVICES
from services.chassis.contract import dead_letter_queue
from services.chassis.topology import rpc_queue
from tests.client import Client
from tests.kota import kota
from tests.reliability.chaos.history import Attempt
from tests.reliability.chaos.load import TORN
from tests.reliability.chaos.machine import Machine
from tests.reliability.chaos.observed import Kept, Mail, Observed, Step, Told
from tests.reliability.chaos.world import World
from tests.reliability.databases import connected

READABLE_SECONDS = 5.0
SETTLED_SECONDS = 60.0
# nobody promises when a mail server has taken everything
MAILED_SECONDS = 120.0
_MARK = "uji kekacauan "

_WAITING = """
SELECT (SELECT count(*) FROM chassis.outbox) AS outbox,
  count(*) FILTER (WHERE state = 'waiting') AS waiting,
  count(*) FILTER (WHERE state = 'parked') AS parked
FROM chassis.inbox WHERE state IN ('waiting', 'parked')"""
_REPORTS = """
SELECT id::text, version, state, description FROM report
WHERE id = ANY(%(ids)s::uuid[]) OR description = ANY(%(marks)s)"""
_STEPS = """
SELECT report_id::text AS id, version, action, data FROM report_history
WHERE report_id = ANY(%(ids)s::uuid[]) ORDER BY report_id, version"""
_PARTS = """
SELECT report_id::text AS id, agency, state FROM report_part
WHERE report_id = ANY(%(ids)s::uuid[])"""
_TOLD = """
SELECT n.report_id::text AS report, i.version, n.recipient FROM notification n
LEFT JOIN chassis.inbox i ON i.event_id = n.event_id
  AND i.handler IN ('tell_people', 'tell_of_casework')
WHERE n.report_id = ANY(%(ids)s::uuid[])"""
_MAILS = """
SELECT m.id::text, m.subject::text AS report, i.version, m.recipient, m.state, m.reason,
  ARRAY(SELECT coalesce(a.outcome, 'open') FROM mail_attempt a WHERE a.mail_id = m.id
        ORDER BY a.n) AS outcomes
FROM mail m LEFT JOIN chassis.inbox i ON i.event_id = m.event_id
  AND i.handler IN ('tell_people', 'tell_of_casework')
WHERE m.subject = ANY(%(ids)s::uuid[]) AND m.kind <> 'code'"""
_HEARD = """
SELECT handler, subject, version FROM chassis.inbox
WHERE subject = ANY(%(ids)s) AND state = 'done' ORDER BY position"""
_COUNTS = """r.visibility <> 'secret' AND NOT r.approximate
  AND r.state NOT IN ('rejected', 'duplicate', 'not_authority')"""
_SITES = f"""
SELECT s.id::text, s.reports AS told, count(r.id) AS lie FROM site s
LEFT JOIN site_report l ON l.site_id = s.id LEFT JOIN report r ON r.id = l.report_id AND {_COUNTS}
GROUP BY s.id"""
_NOWHERE = f"""
SELECT r.id::text FROM report r JOIN site_category USING (category)
WHERE {_COUNTS} AND NOT EXISTS (SELECT FROM site_report l WHERE l.report_id = r.id)"""
_SITES_WAIT = """
SELECT (SELECT count(*) FROM site_change) AS changes,
  (SELECT count(*) FROM site WHERE refresh_at IS NOT NULL) AS sites"""
_MAIL_WAITS = "SELECT count(*) AS count FROM mail WHERE state = 'waiting'"


def wait_settled(
    world: World, machine: Machine, attempts: list[Attempt], healed: float, late: list[str]
) -> Observed:
    """Read all that was accepted, then wait until nothing waits any more; what was found so far.

    healed: when the fault was over (`time.monotonic`). late: what `unreadable` found just then.
    """
    found = Observed(unreadable=[*late, *unreadable(world, machine, attempts)])
    until = healed + machine.stretched(SETTLED_SECONDS)
    while (waiting := unsettled(world)) and time.monotonic() < until:
        time.sleep(0.25)
    found.unsettled = waiting
    found.settled_seconds = time.monotonic() - healed
    _wait_mailed(world, time.monotonic() + machine.stretched(MAILED_SECONDS))
    return found


def observe(world: World, attempts: list[Attempt], found: Observed) -> Observed:
    """Everything else."""
    _look_at_reports(world, attempts, found)
    _look_at_notify(world, found)
    _look_at_inboxes(world, found)
    sites = _rows(world, "reports", _SITES)
    found.sites = {row["id"]: (row["told"], row["lie"]) for row in sites}
    found.nowhere = [row["id"] for row in _rows(world, "reports", _NOWHERE)]
    found.audit = _audit(world)
    return found


def unreadable(world: World, machine: Machine, attempts: Iterable[Attempt]) -> list[str]:
    """Accepted writes that guests cannot read within READABLE_SECONDS from now, and why."""
    wanted, seconds = accepted(attempts), machine.stretched(READABLE_SECONDS)
    reader, until = replace(world.city.guest, seconds=seconds), time.monotonic() + seconds
    while wanted and time.monotonic() < until:
        wanted = _still_wanted(wanted, _pages(reader, wanted))
    return [f"report {id} in version {version}" for id, version in wanted.items()]


def accepted(attempts: Iterable[Attempt]) -> dict[str, int]:
    """The newest version of each report that a client was promised."""
    found: dict[str, int] = {}
    for one in attempts:
        if one.is_write and one.type == "ok":
            report = str(one.answer["id"])
            found[report] = max(found.get(report, 0), int(one.answer["version"]))
    return found


def _still_wanted(wanted: dict[str, int], shown: Mapping[str, int]) -> dict[str, int]:
    return {id: version for id, version in wanted.items() if shown.get(id, 0) < version}


def _pages(reader: Client, wanted: Mapping[str, int]) -> dict[str, int]:
    """Reports and their versions, newest first, until all that are wanted have come by."""
    shown: dict[str, int] = {}
    path = "/v1/reports?limit=100"
    for _ in range(len(wanted) // 100 + 6):
        try:
            answer = reader.get(path)
        except TORN:
            break
        if answer.status != 200:
            break
        shown |= {item["id"]: item["version"] for item in answer.json["items"]}
        after = answer.json["next"]
        if after is None or not _still_wanted(dict(wanted), shown):
            break
        path = f"/v1/reports?limit=100&cursor={after}"
    return shown


def servers(world: World) -> str:
    """Which PostgreSQL and which RabbitMQ these are."""
    with connected(world.stack, "reports") as connection:
        number = connection.server_version
    broker = Broker(world.stack.rabbitmq.url()).version()
    return f"PostgreSQL {number // 10_000}.{number % 10_000}, RabbitMQ {broker}"


def unsettled(world: World) -> list[str]:
    """What waits somewhere: rows of outboxes and inboxes, messages in queues."""
    found = []
    for service in SERVICES:
        (row,) = _rows(world, service, _WAITING)
        found += [f"{count} {kind} in {service}" for kind, count in row.items() if count]
    (row,) = _rows(world, "reports", _SITES_WAIT)
    found += [f"{count} {kind} not reckoned" for kind, count in row.items() if count]
    return found or _messages(world)


def _messages(world: World) -> list[str]:
    contracts = all_contracts()
    names = [one.queue for contract in contracts for one in contract.subscriptions]
    names += [dead_letter_queue(contract.service) for contract in contracts]
    names += [rpc_queue(contract.service).name for contract in contracts]
    try:
        looks = Broker(world.stack.rabbitmq.url()).look(names)
    except Unreachable as problem:
        return [str(problem)]
    return [f"{look.messages} messages in {look.name}" for look in looks if look.messages]


def _wait_mailed(world: World, until: float) -> None:
    while _rows(world, "notify", _MAIL_WAITS)[0]["count"] and time.monotonic() < until:
        time.sleep(0.25)


def _look_at_reports(world: World, attempts: list[Attempt], found: Observed) -> None:
    marks = [f"{_MARK}{one.key}" for one in attempts if one.f == "submit"]
    rows = _rows(world, "reports", _REPORTS, ids=list(accepted(attempts)), marks=marks)
    steps: dict[str, list[Step]] = defaultdict(list)
    for row in _rows(world, "reports", _STEPS, ids=[row["id"] for row in rows]):
        steps[row["id"]].append(Step(row["version"], row["action"], row["data"]))
    parts: dict[str, dict[str, str]] = defaultdict(dict)
    for row in _rows(world, "reports", _PARTS, ids=[row["id"] for row in rows]):
        parts[row["id"]][row["agency"]] = row["state"]
    found.reports = {
        row["id"]: Kept(
            row["version"],
            row["state"],
            row["description"].removeprefix(_MARK),
            tuple(steps[row["id"]]),
            parts[row["id"]],
        )
        for row in rows
    }


def _look_at_notify(world: World, found: Observed) -> None:
    ids = list(found.reports)
    found.notifications = Counter(
        Told(row["report"], row["version"] or 0, row["recipient"])
        for row in _rows(world, "notify", _TOLD, ids=ids)
    )
    copies = world.post.copies()
    found.mails = [
        Mail(
            Told(row["report"], row["version"] or 0, row["recipient"]),
            row["state"],
            copies[row["id"]],
            tuple(row["outcomes"]),
            row["reason"],
        )
        for row in _rows(world, "notify", _MAILS, ids=ids)
    ]


def _look_at_inboxes(world: World, found: Observed) -> None:
    heard: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for service in SERVICES:
        for row in _rows(world, service, _HEARD, ids=list(found.reports)):
            heard[service, row["handler"], row["subject"]].append(row["version"])
    found.heard = dict(heard)


def _audit(world: World) -> list[str]:
    ran = kota(world.stack.state.folder, "audit", "verify", "--json")
    if ran.code == 0:
        return []
    verdicts = ran.json if ran.out else []
    found = [f"{one['service']}: {words}" for one in verdicts for words in one["findings"]]
    return found or [f"kota audit verify: {ran.err.strip()}"]


def _rows(world: World, service: str, sql: str, **values: Any) -> list[dict[str, Any]]:
    with connected(world.stack, service) as connection:
        cursor = connection.cursor(cursor_factory=RealDictCursor)
        cursor.execute(sql, values)
        return [dict(row) for row in cursor.fetchall()]
