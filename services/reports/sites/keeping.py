"""Taking into sites what was noted of reports: linked once, counted for as long as it counts.

The database notes every change of a report of such a category, whoever makes it. Once a second one
process looks at what was noted; what a lost process had taken is still there.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from services.chassis.database import Row
from services.chassis.ids import new_id
from services.chassis.unit_of_work import UnitOfWork
from services.reports.catalogue import Catalogue
from services.reports.sites import queries, repository
from services.reports.sites.linking import Anchor, Begun, nearest
from services.reports.sites.pack import CLEAN
from services.reports.sites.refreshing import agency_of, refresh

BATCH = 500
WALK = 5_000
RESTED = 20
# of a site with so many reports; so long for each of them
MANY = 250
REST = timedelta(milliseconds=2)


def note_categories(work: UnitOfWork, city: Catalogue) -> None:
    """Have reports noted of every category that the pack has sites of."""
    known = {row["category"] for row in queries.categories(work)}
    for category in city.sites.keys() - known:
        repository.add_category(work, category)


def take_in(work: UnitOfWork, city: Catalogue, batch: int = BATCH) -> bool:
    """Look at what was noted; whether there may be more. The caller commits.

    One at a time: who is not alone does nothing.
    """
    if not repository.try_lock(work):
        return False
    changes = queries.changes(work, batch)
    rested = queries.rested(work, work.clock.now(), RESTED)
    if not changes and not rested:
        return _walk(work)
    reports = queries.reported(work, {change["report_id"] for change in changes})
    links = _linked(work, reports, city)
    touched = {report["site_id"] for report in reports if report["site_id"]}
    _refresh(work, touched.union(links.values()), set(rested), city)
    repository.taken(work, changes)
    return True


def _refresh(work: UnitOfWork, touched: set[str], rested: set[str], city: Catalogue) -> None:
    """Reckon sites anew; those with many reports, touched soon after the last time, later: so what
    a place costs does not grow with what was ever reported there."""
    now, due = work.clock.now(), []
    for site in queries.locked(work, touched | rested):
        until = site["updated_at"] + REST * site["reports"]
        if site["id"] in rested or site["reports"] < MANY or until <= now:
            due.append(site)
        else:
            repository.rest(work, site["id"], until)
    repository.rested(work, [site["id"] for site in due])
    refresh(work, due, city)


def _walk(work: UnitOfWork) -> bool:
    """Go on with the reports of before; whether there may be more."""
    known = next((row for row in queries.categories(work) if not row["is_walked"]), None)
    if known is not None:
        repository.walk(work, known, WALK)
    return known is not None


def _linked(work: UnitOfWork, reports: list[Row], city: Catalogue) -> dict[str, str]:
    """Link those that count and are not linked yet, the oldest first: report to site."""
    new = [
        (report, city.sites[report["category"]].radius_m)
        for report in reports
        if report["counts"] and report["site_id"] is None and report["category"] in city.sites
    ]
    if not new:
        return {}
    begun, links = [], {}
    near: defaultdict[int, list[Anchor]] = defaultdict(list)
    for row in queries.anchors(work, new):
        near[row["n"]].append(Anchor(row["id"], row["site"], row["lat"], row["long"]))
    here = {category: Begun(rules.radius_m) for category, rules in city.sites.items()}
    for n, (report, radius) in enumerate(new):
        known = here[report["category"]]
        anchors = [*near[n], *known.around(report["lat"])]
        found = nearest(report["lat"], report["long"], anchors, radius)
        if found is None:
            site, found = new_site(report, city)
            begun.append(site)
            known.add(found)
        links[report["id"]] = found.site
    if begun:
        repository.add(work, begun)
    repository.link(work, links)
    return links


def new_site(report: Row, city: Catalogue) -> tuple[Row, Anchor]:
    """A site that begins where a report lies."""
    clean = next(duty for duty in city.sites[report["category"]].duties if duty.duty == CLEAN)
    agency = agency_of(city, clean, report["category"], report["area"])
    return repository.as_new(new_id(), report, agency)
