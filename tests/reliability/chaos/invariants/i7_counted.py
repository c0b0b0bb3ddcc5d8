"""I7: a site counts the reports that lie on it, and each that counts lies on one."""

from __future__ import annotations

from collections.abc import Iterator

from tests.reliability.chaos.invariants.evidence import Evidence


def check(evidence: Evidence) -> Iterator[str]:
    """What is told of a site, against what lies there."""
    for site, (told, lie) in evidence.observed.sites.items():
        if told != lie:
            yield f"site {site} tells of {told} reports, {lie} lie on it"
    for report in evidence.observed.nowhere:
        yield f"report {report} lies on no site"
