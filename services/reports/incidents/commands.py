"""What happens to incidents: a report joins, time passes, a report is taken away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from services.chassis.contract import EventType
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.abuse import repository as senders
from services.reports.catalogue import Catalogue
from services.reports.city import Category
from services.reports.incidents import history, joining, life, line, queries, repository
from services.reports.incidents.contract import (
    INCIDENT_CHANGED,
    INCIDENT_ENDED,
    INCIDENT_OPENED,
)
from services.reports.incidents.life import Said
from services.reports.incidents.rules import IncidentRules
from services.reports.incidents.showing import told
from services.reports.incidents.sighting import Sighting, sighting

BATCH = 50
POSTPONED = timedelta(minutes=10)
# what a report is no more seen for
_TAKEN_AWAY = ("rejected",)


def join(work: UnitOfWork, report: Row, city: Catalogue) -> str | None:
    """Let a new report be of the incident that it is near to, of several that become one by it, or
    of a new one; its id. None if it can be of none.

    An incident that is over, whether or not anybody has noticed, takes nothing in any more.
    """
    category, who = city.category(report["category"]), work.call.principal
    account = None if who.is_guest else who.subject
    seen = sighting(report, category, account, work.call.sender.networks)
    return None if seen is None else _taken_in(work, seen, city)


def _taken_in(work: UnitOfWork, seen: Sighting, city: Catalogue) -> str:
    found = _found(work, seen, city)
    incident = _one_of(work, seen, found, city)
    repository.add_report(work, seen.placed(incident["id"]))
    in_cell = repository.add_to_cell(work, seen.placed(incident["id"]), 1)
    said = repository.speak(work, seen.said(incident["id"]), values(seen.rules))
    is_new_place = in_cell == 1 or found != [incident]
    event = INCIDENT_CHANGED if incident["version"] else INCIDENT_OPENED
    incident["reports"] += 1
    settle(work, incident, said, seen.rules, city, event, is_new_place=is_new_place)
    return str(incident["id"])


def _found(work: UnitOfWork, seen: Sighting, city: Catalogue) -> list[Row]:
    """The incidents that it joins, locked: those that live, are near, and not kept apart."""
    work.begin()
    category, cell, grid = seen.report["category"], seen.cell, seen.grid
    window = grid.window(cell)
    near = repository.near(work, category, window, grid.blocks(cell))
    ids = joining.near(grid, cell, seen.direction, near)
    rows = repository.locked(work, ids) if len(ids) == 1 else []
    if not ids or (rows and _just_goes_on(rows[0], seen, work.clock.now())):
        return rows
    near = repository.near_alone(work, category, window)
    ids = joining.near(grid, cell, seen.direction, near)
    rows = [row for row in repository.locked(work, ids) if _lives(work, row, city)]
    living = {row["id"] for row in rows}
    apart = repository.kept_apart(work, ids)
    taken = joining.joined([one for one in ids if one in living], apart)
    return [row for row in rows if row["id"] in taken]


def _just_goes_on(incident: Row, seen: Sighting, now: datetime) -> bool:
    """Whether nothing but this one changes: it lives, and was there before the report."""
    is_over = incident["ended_at"] is not None or incident["expires_at"] <= now
    return not is_over and joining.earliest([incident, _begun(seen)]) is incident


def _lives(work: UnitOfWork, incident: Row, city: Catalogue) -> bool:
    """Whether it does; what is over and was not noticed ends now."""
    return incident["ended_at"] is None and not expire_locked(work, incident, city)


def _one_of(work: UnitOfWork, seen: Sighting, found: list[Row], city: Catalogue) -> Row:
    """The incident that goes on: the earliest of those found, or one that begins with the report
    if that is earlier than all of them. The others become a part of it."""
    begun = _begun(seen)
    goes_on: Row = joining.earliest([*found, begun])
    if goes_on is begun:
        repository.insert(work, begun)
    for other in found:
        if other is not goes_on:
            merge(work, other, goes_on, city)
    return goes_on


def _begun(seen: Sighting) -> Row:
    """An incident that begins with a report, and is known by its id."""
    report = seen.report
    place = seen.grid.middle(seen.cell)
    return {name: report[name] for name in ("id", "category", "agency", "area")} | {
        "version": 0,
        "direction": seen.direction,
        "severity": seen.rules.severity.otherwise,
        "cause": None,
        "reports": 0,
        "began_at": seen.at,
        "seen_at": seen.at,
        "expires_at": seen.at + seen.rules.lifetime,
        "ended_at": None,
        "ended_by": None,
        "merged_into": None,
        "lat": place[0],
        "long": place[1],
        "line": [place],
        "updated_at": seen.at,
    }


def merge(work: UnitOfWork, other: Row, into: Row, city: Catalogue) -> None:
    """Make an incident, which is locked, a part of another one."""
    into["reports"] += other["reports"]
    repository.move(work, other["id"], into["id"])
    end(work, other, "merged", work.clock.now(), city, merged_into=into["id"])


def settle(
    work: UnitOfWork,
    incident: Row,
    said: Row,
    rules: IncidentRules,
    city: Catalogue,
    event: EventType,
    *,
    is_new_place: bool,
) -> Row:
    """What an incident becomes by what is said of it; that may be its end. is_new_place: it lies
    elsewhere than before."""
    voices = Said(**{name: said[name] for name in Said.__dataclass_fields__})
    now = work.clock.now()
    after = incident | {
        "version": incident["version"] + 1,
        "severity": said["severity"] or rules.severity.otherwise,
        "cause": said["cause"],
        "seen_at": life.seen_at(voices),
        "expires_at": life.expires_at(voices, rules),
        "updated_at": now,
    }
    if is_new_place:
        after |= lies(work, incident["id"], rules, city.category(incident["category"]))
    if after["expires_at"] <= now:
        by = "gone" if life.gone_part(voices, rules.votes) > 0 else "expired"
        return end(work, after | {"version": incident["version"]}, by, now, city)
    repository.update(work, after)
    work.emit(event, after["id"], after["version"], told(after, city))
    return after


def lies(work: UnitOfWork, incident_id: str, rules: IncidentRules, category: Category) -> Row:
    """Where an incident lies, and where to."""
    cells = [row for row in queries.cells(work, incident_id) if row["reports"] > 0]
    directions = {row["direction"] for row in cells} - {""}
    direction = directions.pop() if len(directions) == 1 else None
    places = _middles(cells, category)
    way = line.oriented(line.through(places), rules.bearing(direction))
    lat, long = line.middle(way)
    return {"direction": direction, "line": way, "lat": lat, "long": long}


def end(
    work: UnitOfWork,
    incident: Row,
    by: str,
    at: datetime,
    city: Catalogue,
    *,
    merged_into: str | None = None,
) -> Row:
    """An incident, which is locked, is over for good."""
    after = incident | {
        "version": incident["version"] + 1,
        "ended_at": at,
        "ended_by": by,
        "merged_into": merged_into,
        "expires_at": min(incident["expires_at"], at),
        "updated_at": work.clock.now(),
    }
    repository.update(work, after)
    if merged_into is None:
        history.remember(work, after, _places(work, after, city), city)
    repository.forget_life(work, after["id"])
    work.emit(INCIDENT_ENDED, after["id"], after["version"], told(after, city))
    return after


def _places(work: UnitOfWork, incident: Row, city: Catalogue) -> list[tuple[float, float]]:
    """The middles of the cells from which it was reported."""
    category = city.categories.by_code.get(incident["category"])
    if category is None or not category.duplicate_radius_m:
        return []
    cells = queries.cells(work, incident["id"])
    return _middles([one for one in cells if one["reports"] > 0], category)


def _middles(cells: Iterable[Row], category: Category) -> list[tuple[float, float]]:
    grid = joining.Grid(category.duplicate_radius_m)
    return [grid.middle(joining.Cell(one["y"], one["x"])) for one in cells]


def ring(work: UnitOfWork, incident_id: str, city: Catalogue) -> None:
    """End an incident if its time is over; nothing if it is not (any more)."""
    for incident in repository.locked(work, [incident_id]):
        if incident["ended_at"] is None:
            expire_locked(work, incident, city)


def expire_locked(work: UnitOfWork, incident: Row, city: Catalogue) -> bool:
    """The same for one that is locked and has not ended; whether it is over."""
    is_over: bool = incident["expires_at"] <= work.clock.now()
    if is_over:
        end(work, incident, "expired", incident["expires_at"], city)
    return is_over


def postpone(work: UnitOfWork, incident_id: str) -> None:
    """Let one whose end failed rest for a while, so that it keeps no other from ending."""
    repository.postpone(work, incident_id, work.clock.now() + POSTPONED)


def due(work: UnitOfWork) -> list[str]:
    """Incidents that should have ended by now, the oldest first; at most BATCH."""
    return queries.due(work, work.clock.now(), BATCH)


def values(rules: IncidentRules) -> dict[str, Any]:
    """What the database needs of the rules."""
    return {"lifetime": rules.lifetime, "most": rules.votes.most_of_one_address}


def report_changed(work: UnitOfWork, before: Row, report: Row, city: Catalogue) -> None:
    """A report, which is locked, was hidden or rejected: it is of its incident no more. Shown again
    it is; an incident that ended meanwhile stays over. One that was held joins when it is shown."""
    category = city.categories.by_code.get(report["category"])
    rules = category.incident if category else None
    withdrawn = _is_withdrawn(report)
    if rules is None or withdrawn == _is_withdrawn(before):
        return
    placed, incident = _placed(work, report["id"])
    if placed is None and not withdrawn:
        _join_late(work, report, city)
    if placed is None or incident is None or placed["is_withdrawn"] == withdrawn:
        return
    repository.set_withdrawn(work, report["id"], withdrawn=withdrawn)
    _recount(work, incident, placed, rules, city, -1 if withdrawn else 1)


def _join_late(work: UnitOfWork, report: Row, city: Catalogue) -> None:
    """Take in what was seen when the report came in, unless that is over by now."""
    sender = senders.sender(work, report["id"], 1)
    networks = sender["networks"] if sender else []
    seen = sighting(report, city.category(report["category"]), report["reporter"], networks)
    if seen is not None and seen.at + seen.rules.lifetime > work.clock.now():
        _taken_in(work, seen, city)


def _placed(work: UnitOfWork, report_id: str) -> tuple[Row | None, Row | None]:
    """Of which incident a report is, and that one, locked; it may have become another's while its
    incident was waited for."""
    before, placed, incident = None, queries.of_report(work, report_id), None
    while placed is not None and (before is None or placed["incident_id"] != before):
        before = placed["incident_id"]
        incident = next(iter(repository.locked(work, [before])), None)
        placed = queries.of_report(work, report_id)
    return placed, incident


def _is_withdrawn(report: Row) -> bool:
    return report["visibility"] == "secret" or report["state"] in _TAKEN_AWAY


def _recount(
    work: UnitOfWork, incident: Row, placed: Row, rules: IncidentRules, city: Catalogue, more: int
) -> None:
    incident["reports"] += more
    if incident["ended_at"] is not None:
        repository.update(work, incident)
    elif incident["reports"] == 0:
        end(work, incident, "withdrawn", work.clock.now(), city)
    else:
        where = placed | {"category": incident["category"]}
        repository.add_to_cell(work, where, more)
        said = repository.said(work, incident["id"], values(rules))
        settle(work, incident, said, rules, city, INCIDENT_CHANGED, is_new_place=True)
