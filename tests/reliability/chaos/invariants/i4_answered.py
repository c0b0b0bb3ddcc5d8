"""I4: failures are only 4xx, 429, or 503 with Retry-After, answered within five seconds.

All that the load asks for is legal, so of 4xx only 429 is left. A connection that breaks off is no
answer at all: it is allowed only to whom a gateway was killed meanwhile. Nobody is refused even
then, since another gateway listens on the same socket. A key yields one row and one answer, however
often it is sent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.reliability.chaos.history import Attempt
from tests.reliability.chaos.invariants.evidence import Evidence

ANSWER_SECONDS = 5.0
_REFUSALS = (429, 503)


def check(evidence: Evidence) -> Iterator[str]:
    """Each answer by itself, then all answers to one key together."""
    torn_at = [kill.at for kill in evidence.kills if kill.process.startswith("gateway")]
    for attempt in evidence.attempts:
        if complaint := _complaint(attempt, torn_at, ANSWER_SECONDS * evidence.slowness):
            yield f"{complaint}: {attempt.f} {attempt.asked} {attempt.answer}"
    yield from _different_answers(evidence)
    yield from _wrong_rows(evidence)


def _complaint(attempt: Attempt, torn_at: list[int], bound: float) -> str | None:
    if attempt.status is None:
        error = str(attempt.answer.get("error", "no answer"))
        is_explained = any(attempt.began <= at <= attempt.ended for at in torn_at)
        refused = "ConnectionRefused" in error or "timed out" in error
        return None if is_explained and not refused else "a connection broke off"
    if attempt.seconds is not None and attempt.seconds > bound:
        return f"answered {attempt.status} only after {attempt.seconds:.1f} s"
    if attempt.type == "ok":
        return None
    if attempt.status not in _REFUSALS:
        return f"answered {attempt.status}"
    if "retry_after" not in attempt.answer:
        return f"{attempt.status} without Retry-After"
    return None


def _different_answers(evidence: Evidence) -> Iterator[str]:
    answers: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for write in evidence.accepted():
        answers[write.key].add((write.answer["id"], write.answer["version"]))
    for key, given in answers.items():
        if len(given) > 1:
            yield f"different answers to the key {key}: {sorted(given)}"


def _wrong_rows(evidence: Evidence) -> Iterator[str]:
    rows = Counter(kept.key for kept in evidence.observed.reports.values())
    for key, count in rows.items():
        if count > 1:
            yield f"{count} reports with the key {key}"
    for report, kept in evidence.observed.reports.items():
        for action, count in Counter(step.action for step in kept.steps).items():
            if count > 1:
                yield f"{count} times {action} of {report}"
