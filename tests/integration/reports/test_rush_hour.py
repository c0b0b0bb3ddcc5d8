"""A rush hour through the database, several at once: each true jam becomes one incident."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from services.chassis.principal import Principal, Role
from tests.integration.reports.jams import Streets, streets
from tests.rush_hour import JAMS, Seen, quality, rush_hour

__all__ = ["streets"]

# a field within the tiny city; fewer reports than in a true rush hour, so that it takes seconds
CORNER, SIZE, REPORTS = (-3.165, 120.083), (9_000.0, 5_500.0), 1_000


def test_each_true_jam_is_one_incident(streets: Streets) -> None:
    seen = rush_hour(3, CORNER, SIZE, ("north", "south"), REPORTS)

    def report(number: int) -> None:
        one: Seen = seen[number]
        streets.submit(
            Principal(f"person-{number}", Role.CITIZEN), category="jam", lat=one.lat,
            long=one.long, attributes={"towards": one.direction}, description=str(number),
        )  # fmt: skip

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(report, range(REPORTS)))
    rows = streets.caller.rows(
        """SELECT r.description::integer AS number, i.incident_id::text AS incident
           FROM incident_report i JOIN report r ON r.id = i.report_id ORDER BY 1"""
    )
    assert [row["number"] for row in rows] == list(range(REPORTS))
    incidents = [row["incident"] for row in rows]
    precision, recall = quality([one.jam for one in seen], incidents)
    assert precision >= 0.95 and recall >= 0.95, (precision, recall)
    assert len(streets.listed()) == len(set(incidents)) <= JAMS + 2
