"""I1: every 2xx write is readable five seconds after healing."""

from __future__ import annotations

from collections.abc import Iterator

from tests.reliability.chaos.invariants.evidence import Evidence

# as which line of the history a deed stands there; the others under their own name
_STEP = {"submit": "submitted"}


def check(evidence: Evidence) -> Iterator[str]:
    """Read through HTTP, and what was promised stands in the report's history."""
    for late in evidence.observed.unreadable:
        yield f"cannot be read: {late}"
    for write in evidence.accepted():
        report, version = write.answer["id"], write.answer["version"]
        kept = evidence.observed.reports.get(report)
        steps = [step.action for step in kept.steps if step.version == version] if kept else []
        if steps != [_STEP.get(write.f, write.f)]:
            yield f"{write.f} of {report} was accepted as version {version}; kept: {steps}"
