"""I2: one notification in the app per expected (event, person), and one accepted e-mail.

At most one e-mail more per crash of whoever sends it, and then visible as an attempt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.reliability.chaos.invariants.evidence import Evidence
from tests.reliability.chaos.observed import Kept, Mail, Told
from tests.reliability.chaos.people import AGENCY, HELPER

# who is told of what the load does; its officer is the agency, so nobody hears of their own deed
REPORTER_HEARS = frozenset(
    ("submitted", "assign", "resolve", "accept", "finish", "moderate", "merge")
)
AGENCY_HEARS = frozenset(("submitted", "assign", "accept", "finish"))
HELPER_HEARS = frozenset(("invite",))
# without one of them running, nobody writes down how an attempt ended
SENDERS = frozenset(("notify", "postgres"))
_UNKNOWN = frozenset(("lost", "unsure", "open"))


def check(evidence: Evidence) -> Iterator[str]:
    """Nobody was told too little, too often, or what does not concern them."""
    submissions = evidence.submissions()
    in_app: set[Told] = set()
    by_mail: set[Told] = set()
    for report, kept in evidence.observed.reports.items():
        asked = submissions.get(kept.key, {})
        in_app |= set(_in_app(report, kept, asked.get("reporter")))
        by_mail |= set(_by_mail(report, kept, asked.get("reporter"), asked.get("address")))
    yield from _differences(evidence.observed.notifications, in_app)
    yield from _wrong_mails(evidence, by_mail)


def _in_app(report: str, kept: Kept, reporter: str | None) -> Iterator[Told]:
    for step in kept.steps:
        if reporter is not None and step.action in REPORTER_HEARS:
            yield Told(report, step.version, f"person:{reporter}")
        if step.action in AGENCY_HEARS:
            yield Told(report, step.version, f"agency:{AGENCY}")
        if step.action in HELPER_HEARS:
            yield Told(report, step.version, f"agency:{HELPER}")


def _by_mail(report: str, kept: Kept, reporter: str | None, address: str | None) -> Iterator[Told]:
    """A guest gets one letter, and more only after confirming, which nobody does here."""
    if address is None:
        return
    for step in kept.steps:
        if reporter is None and step.action == "submitted":
            yield Told(report, step.version, f"guest:{report}")
        if reporter is not None and step.action in REPORTER_HEARS:
            yield Told(report, step.version, f"person:{reporter}")


def _differences(found: Counter[Told], wanted: set[Told]) -> Iterator[str]:
    for told in sorted(found.keys() | wanted, key=str):
        times = found[told]
        if times != (told in wanted):
            yield f"told {times} times instead of {int(told in wanted)}: {told}"


def _wrong_mails(evidence: Evidence, wanted: set[Told]) -> Iterator[str]:
    mails = evidence.observed.mails
    for told in sorted(wanted - {mail.about for mail in mails}, key=str):
        yield f"no e-mail was queued: {told}"
    for mail in mails:
        if complaint := _complaint(mail, mail.about in wanted):
            yield f"{complaint}: {mail}"
    extra = sum(max(mail.copies - 1, 0) for mail in mails)
    crashes = sum(kill.process in SENDERS for kill in evidence.kills)
    if extra > crashes:
        yield f"{extra} e-mails more than needed, but only {crashes} crashes"


def _complaint(mail: Mail, is_wanted: bool) -> str | None:
    if not is_wanted:
        return "an e-mail that nobody should get" if mail.copies else None
    if mail.state != "sent" or mail.copies == 0:
        return "an e-mail did not arrive"
    if mail.copies > 1 + sum(outcome in _UNKNOWN for outcome in mail.outcomes):
        return "an e-mail arrived more often than attempts show"
    return None
