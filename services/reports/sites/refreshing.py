"""Reckoning sites anew, writing what changed of them, and telling of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from services.chassis import jsontext
from services.chassis.database import Row
from services.chassis.unit_of_work import UnitOfWork
from services.reports.catalogue import Catalogue
from services.reports.parts import PartState, term_after
from services.reports.service_levels import OVER, Terms
from services.reports.sites import queries, repository
from services.reports.sites.contract import SITE_EVENTS
from services.reports.sites.pack import CLEAN, Duty, SiteRules
from services.reports.sites.rules import Deed, Folded, Linked, Part, SiteState, Spell, folded
from services.reports.sites.schemas import MOST_SPELLS

# what was long ago is no news: reports of before, synthetic ones
_NEWS_FOR = timedelta(days=1)
_EMPTY: Row = {"state": SiteState.OPEN.value, "reports": 0, "open_reports": 0, "recurrences": 0,
               "volume": None, "kinds": [], "hazards": [], "hours": {}, "spells": [], "score": 0,
               "opened_at": None, "settled_at": None, "last_report_at": None}  # fmt: skip


def refresh(
    work: UnitOfWork, sites: Iterable[Row], city: Catalogue, happened: str | None = None
) -> dict[str, Row]:
    """What each of these sites, which are locked, became; by id.

    happened: what is told of them; None for what follows from their reports.
    """
    before = {site["id"]: site for site in sites}
    ids = list(before)
    reports, deeds, parts = (_by_site(read(work, ids)) for read in (
        queries.linked, queries.deeds, queries.parts))  # fmt: skip
    changed = {}
    for site in before.values():
        rules = city.sites.get(site["category"])
        if rules is None:
            continue  # the pack has no such sites any more
        linked = [_linked(row) for row in reports[site["id"]]]
        done = [_deed(row) for row in deeds[site["id"]]]
        found = folded(linked, done, rules)
        after = site | _reckoned(found, site, rules, city)
        before_parts = {row["duty"]: row for row in parts[site["id"]]}
        after_parts = _parts(after, found, rules, before_parts, city, work.clock.now())
        if (after, after_parts) != (site, before_parts):
            _write_parts(work, site["id"], before_parts, after_parts)
            after = _write(work, site, after, happened)
        changed[site["id"]] = after | {"parts": list(after_parts.values())}
    return changed


def announcement(site: Row) -> dict[str, Any]:
    """What events tell of a site."""
    names = ("category", "area", "agency", "state", "reports", "recurrences", "merged_into")
    return {name: site[name] for name in names} | {"site_id": site["id"]}


def terms_of(city: Catalogue, duty: Duty, agency: str) -> Terms:
    """What holds for the terms of a duty."""
    return city.terms_by(duty.service_level, agency)


def agency_of(city: Catalogue, duty: Duty, category: str, area: str | None) -> str:
    """Whose duty it is there."""
    return duty.agency or city.agency(category, area)


def _write(work: UnitOfWork, before: Row, after: Row, happened: str | None) -> Row:
    now = work.clock.now()
    after = after | {"version": before["version"] + 1, "updated_at": now}
    repository.update(work, after)
    told = happened or _happened(before, after)
    if happened is not None or _is_news(after, now):
        work.emit(SITE_EVENTS[told], after["id"], after["version"], announcement(after))
    return after


def _happened(before: Row, after: Row) -> str:
    """What follows from its reports, the most of it."""
    if not after["reports"]:
        return "changed"
    if not before["reports"]:
        return "opened"
    if after["recurrences"] > before["recurrences"]:
        return "recurred"
    if after["state"] != before["state"] and after["state"] != SiteState.OPEN:
        return str(after["state"])
    return "reported" if after["reports"] > before["reports"] else "changed"


def _is_news(site: Row, now: datetime) -> bool:
    moments = [site[name] for name in ("last_report_at", "settled_at") if site[name] is not None]
    return not moments or now - max(moments) < _NEWS_FOR


def _reckoned(found: Folded, site: Row, rules: SiteRules, city: Catalogue) -> Row:
    """The columns that follow from reports and deeds; of a site without any nothing is known, and
    nothing of where its reports were."""
    if not found.reports:
        return _EMPTY | {"lat": site["anchor_lat"], "long": site["anchor_long"]}
    spell, (lat, long) = found.current, found.place()
    where = city.city.areas.at(lat, long)
    area = where.code if where else site["area"]
    clean = next(duty for duty in rules.duties if duty.duty == CLEAN)
    return {
        "lat": lat,
        "long": long,
        "area": area,
        "agency": agency_of(city, clean, site["category"], area),
        "state": spell.state.value,
        "reports": found.reports,
        "open_reports": sum(len(one.waiting) for one in found.spells),
        "recurrences": found.recurrences,
        "volume": found.volume,
        "kinds": list(found.kinds),
        "hazards": list(found.hazards),
        "hours": dict(found.hours),
        "spells": [_told(one) for one in found.spells[-MOST_SPELLS:]],
        "score": found.score,
        "opened_at": spell.opened_at,
        "settled_at": spell.settled_at,
        "last_report_at": max(one.created_at for one in spell.reports),
    }


def _told(spell: Spell) -> Row:
    moments = {name: getattr(spell, name) for name in (
        "opened_at", "cleaned_at", "enforced_at", "closed_at")}  # fmt: skip
    written = {name: at and jsontext.rfc3339(at) for name, at in moments.items()}
    return written | {"reports": len(spell.reports)}


def _write_parts(
    work: UnitOfWork, site_id: str, before: dict[str, Row], after: dict[str, Row]
) -> None:
    for gone in before.keys() - after.keys():
        repository.drop_part(work, site_id, gone)
    for duty, part in after.items():
        if part != before.get(duty):
            repository.put_part(work, part)


def _parts(
    site: Row,
    found: Folded,
    rules: SiteRules,
    before: dict[str, Row],
    city: Catalogue,
    now: datetime,
) -> dict[str, Row]:
    """What agencies owe now, by duty."""
    owed, parts = found.current.parts if found.spells else {}, {}
    for duty in rules.duties:
        if duty.duty not in owed:
            continue
        agency = agency_of(city, duty, site["category"], site["area"])
        terms = terms_of(city, duty, agency)
        part = _part(before.get(duty.duty), owed[duty.duty], terms, now)
        parts[duty.duty] = part | {"site_id": site["id"], "duty": duty.duty, "agency": agency}
    return parts


def _part(before: Row | None, part: Part, terms: Terms, now: datetime) -> Row:
    """A part as it stands now. Its term goes on for as long as it was asked for only once; if that
    was long ago and nobody knew, what has rung since is no news."""
    goes_on = before is not None and before["asked_at"] == part.asked_at
    kept: Row = before if before is not None and goes_on else OVER | {"missed": 0}
    was = PartState(kept["state"]) if goes_on else None
    term = term_after(terms, was, part.state, now if goes_on else part.asked_at)
    said = {name: getattr(part, name) for name in ("asked_at", "ended_at", "officer", "answer")}
    after = kept | term | said | {"state": part.state.value}
    if not goes_on:
        after |= terms.rung_by(after, now - _NEWS_FOR)
    return {name: value for name, value in after.items() if name != "days_left"}


def _by_site(rows: list[Row]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["site_id"]].append(row)
    return found


def _linked(row: Row) -> Linked:
    names = ("id", "created_at", "resolved_at", "lat", "long", "answers")
    return Linked(**{name: row[name] for name in names})


def _deed(row: Row) -> Deed:
    return Deed(**{name: row[name] for name in row if name != "site_id"})
