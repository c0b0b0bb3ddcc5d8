"""I5: versions contiguous, transitions legal, order kept per aggregate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from infra.kota.contracts import all_contracts
from services.reports.lifecycle import folded
from services.reports.parts import folded_parts
from tests.reliability.chaos.invariants.evidence import Evidence
from tests.reliability.chaos.observed import Kept

# those to which order matters, by their contracts; the others handle several events at once
ORDERED = frozenset(
    (one.service, one.handler)
    for contract in all_contracts()
    for one in contract.subscriptions
    if one.ordered
)


def check(evidence: Evidence) -> Iterator[str]:
    """Each report's history, the order in which handlers saw it, and that no reader went back."""
    for report, kept in evidence.observed.reports.items():
        yield from _broken(report, kept)
    for (service, handler, subject), versions in evidence.observed.heard.items():
        is_ordered = evidence.in_order and (service, handler) in ORDERED
        if is_ordered and versions != sorted(versions):
            yield f"{handler} of {service} handled {subject} as {versions}"
        if len(versions) != len(set(versions)):
            yield f"{handler} of {service} handled a version of {subject} twice: {versions}"
    yield from _back_in_time(evidence)


def _broken(report: str, kept: Kept) -> Iterator[str]:
    versions = [step.version for step in kept.steps]
    if versions != list(range(1, kept.version + 1)):
        yield f"{report} is version {kept.version}, its history has {versions}"
        return
    try:
        history = [(step.action, step.data) for step in kept.steps]
        state, parts = folded(history), folded_parts(history)
    except ValueError as error:
        yield f"{report}: {error}"
        return
    if state != kept.state:
        yield f"{report} is {kept.state}, its history leads to {state}"
    if parts != kept.parts:
        yield f"{report} has the parts {kept.parts}, its history leads to {parts}"


def _back_in_time(evidence: Evidence) -> Iterator[str]:
    """Read your writes: what was answered before a read began is seen by it."""
    writes: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for write in evidence.accepted():
        writes[write.answer["id"]].append((write.ended, write.answer["version"]))
    for read in evidence.attempts:
        report = read.asked.get("report")
        if read.f != "read" or read.type != "ok" or report is None:
            continue
        known = max((v for ended, v in writes[report] if ended < read.began), default=0)
        if read.answer["version"] < known:
            yield f"{report} was shown in version {read.answer['version']} after {known}"
