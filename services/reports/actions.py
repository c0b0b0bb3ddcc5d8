"""Doing something to a report: one way for every action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.chassis.capabilities import Capabilities
from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.unit_of_work import UnitOfWork
from services.reports import (
    changing,
    errors,
    lifecycle,
    merging,
    moderation,
    part_changes,
    photos,
    queries,
)
from services.reports.abuse import holding
from services.reports.catalogue import Catalogue
from services.reports.changing import Step
from services.reports.commands import shown, tracked, view
from services.reports.contract import ACTIONS
from services.reports.domain import speaks_for
from services.reports.lifecycle import Party, State
from services.reports.moderation_contract import WHOLE
from services.reports.parts import PART_RULES

_REPORTER = frozenset({Party.CITIZEN, Party.REPORTER})


@dataclass(frozen=True)
class Deed:
    """Somebody wants to do something to a report, which is locked.

    original: of which it is to become, or to be no more, a duplicate; locked as well.
    """

    work: UnitOfWork
    name: str
    report: Row
    body: dict[str, Any]
    parties: frozenset[Party]
    city: Catalogue
    original: Row | None = None


Changes = dict[str, Any]
Effect = Callable[[Deed], Changes]


def act(
    work: UnitOfWork,
    name: str,
    body: dict[str, Any],
    city: Catalogue,
    capabilities: Capabilities,
) -> dict[str, Any]:
    """Do `name` to a report: change it, remember it, tell of it, in one transaction.

    Raises NotFound if the report is not there, not to be seen, or not the caller's to do this to;
    StaleVersion; Conflict naming what would be possible; Invalid; Blocked, for comments.
    """
    report, original = merging.locked(work, name, body)
    if report is None or not view(work, report).content:
        raise NotFound()
    parties = _parties(work, report, body)
    return _done(Deed(work, name, report, body, parties, city, original), capabilities)


def answer_follow_up(
    work: UnitOfWork,
    body: dict[str, Any],
    city: Catalogue,
    capabilities: Capabilities,
    secret: bytes,
) -> dict[str, Any]:
    """What `act` does for `follow_up`, for a guest who knows number and code. Raises as it does."""
    report = queries.locked(work, tracked(work, body, secret)["id"])
    if report is None or report["reporter"] is not None:
        raise NotFound()
    said: Changes = {name: body[name] for name in ("still_well", "text") if name in body}
    return _done(Deed(work, "follow_up", report, said, _REPORTER, city), capabilities)


def _done(deed: Deed, capabilities: Capabilities) -> dict[str, Any]:
    work, report = deed.work, deed.report
    if not lifecycle.RULES[deed.name].by & deed.parties:
        raise NotFound()
    work.call.check_version(report["version"])
    admission = None
    if deed.name == "comment":
        admission = holding.admit_comment(work, deed.body["text"], deed.city)
    changed = changing.take(work, report, _step(deed, capabilities), deed.city)
    if admission is not None:
        holding.keep(work, changed, admission)
        holding.remember_comment(work, changed, deed.body["text"], admission)
    if deed.original is not None:
        merging.remember(work, deed.name, deed.original, changed, deed.city)
    return shown(work, changed, deed.city)


def _parties(work: UnitOfWork, report: Row, body: dict[str, Any]) -> frozenset[Party]:
    principal = work.call.principal
    if "on_behalf_of" not in body:
        return lifecycle.parties_of(
            principal,
            agency=report["agency"],
            reporter=report["reporter"],
            helpers=report["helpers"],
        )
    if not all(speaks_for(principal, one) for one in (report["agency"], *report["helpers"])):
        raise errors.not_on_behalf()
    return _REPORTER


def _step(deed: Deed, capabilities: Capabilities) -> Step:
    state = _allowed(deed)
    given = deed.body.get("photos", [])
    present = queries.photos(deed.work, deed.report["id"]) if given else {}
    taken = photos.taken(deed.work, given, capabilities, present)
    data = {name: deed.body[name] for name in deed.body if name not in _forgotten(deed.name)}
    effect = _EFFECTS.get(deed.name, _nothing)
    return Step(
        deed.name,
        ACTIONS[deed.name].event,
        state,
        _by(deed.parties),
        data=data,
        changes=effect(deed),
        told=_told(deed),
        photos=taken,
        first_photo=max(present.values(), default=0) + 1,
        part=_part(deed),
        purpose="on_behalf_of" if "on_behalf_of" in data else "service",
    )


def _allowed(deed: Deed) -> State:
    report, state = deed.report, State(deed.report["state"])
    found = lifecycle.next_state(deed.name, state, deed.body)
    if found is None:
        raise errors.illegal_action(state, lifecycle.legal_actions(state, deed.parties))
    if deed.name == "rate" and report["rating"] is not None:
        raise errors.already_rated()
    is_asked = deed.name == "follow_up"
    if is_asked:
        _check_asked(deed)
    if found is State.REOPENED and state is not State.REOPENED and not is_asked:
        _check_in_time(deed)
    return found


def _check_asked(deed: Deed) -> None:
    """The question may be answered once, and for as long as anything settled may be reopened."""
    if deed.report["asked_at"] is None:
        raise errors.not_asked()
    if deed.report["still_well"] is not None:
        raise errors.already_answered()
    if deed.work.clock.now() - deed.report["asked_at"] > lifecycle.REOPEN_WITHIN:
        raise errors.too_late(lifecycle.REOPEN_WITHIN.days)


def _check_in_time(deed: Deed) -> None:
    is_late = deed.work.clock.now() - deed.report["settled_at"] > lifecycle.REOPEN_WITHIN
    if is_late and Party.SUPERVISOR not in deed.parties:
        raise errors.too_late(lifecycle.REOPEN_WITHIN.days)


def _forgotten(name: str) -> tuple[str, ...]:
    """What the history does not keep. Words shown instead of others stand with the moderation,
    from where they can be removed."""
    return ("id", "photos", "text") if name == "moderate" else ("id", "photos")


def _part(deed: Deed) -> Row | None:
    """What an agency's part becomes, if it is about one."""
    if deed.name not in PART_RULES:
        return None
    asked = part_changes.Asked(deed.work, deed.name, deed.report, deed.body, deed.city)
    return part_changes.after(asked)


def _told(deed: Deed) -> dict[str, Any]:
    """The agency that leads is told what another agency says to it; and what is merged, of what."""
    if deed.original is not None:
        return {"duplicate_of": deed.original["id"]}
    is_from_another = deed.name == "comment" and Party.STAFF not in deed.parties
    return {"by_staff": False} if is_from_another else {}


def _by(parties: frozenset[Party]) -> str:
    """Who did it, as far as everybody may know."""
    if Party.REPORTER in parties:
        return "reporter"
    return "staff" if parties & {Party.STAFF, Party.HELPER, Party.MODERATOR} else "citizen"


def _nothing(deed: Deed) -> Changes:
    return {}


def _assigned(deed: Deed) -> Changes:
    agency, officer = deed.body["agency"], deed.body.get("officer")
    deed.city.check_agency(agency)
    if officer is not None and not queries.is_staff(deed.work, officer, agency):
        raise errors.unknown_officer()
    if officer is None and agency == deed.report["agency"]:
        officer = deed.report["officer"]  # whoever claimed it goes on
    return {"agency": agency, "officer": officer}


def _forwarded(deed: Deed) -> Changes:
    if deed.body["agency"] == deed.report["agency"]:
        raise errors.same_agency()
    return _assigned(deed)


def _claimed(deed: Deed) -> Changes:
    _check_unclaimed(deed)
    return {"officer": deed.work.call.principal.subject}


def _released(deed: Deed) -> Changes:
    _check_unclaimed(deed)
    return {"officer": None}


def _check_unclaimed(deed: Deed) -> None:
    """Supervisors may take work from one and give it to another."""
    nobody_else = (None, deed.work.call.principal.subject)
    if deed.report["officer"] not in nobody_else and Party.SUPERVISOR not in deed.parties:
        raise errors.claimed_by_another()


def _resolved(deed: Deed) -> Changes:
    part_changes.check_done(deed.work, deed.report, deed.body)
    return _to_be_rated(deed)


def _to_be_rated(deed: Deed) -> Changes:
    """Each answer gets its own rating and its own question; the history keeps the earlier ones."""
    return {"rating": None, "asked_at": None, "still_well": None}


def _rated(deed: Deed) -> Changes:
    return {"rating": deed.body["score"]}


def _followed_up(deed: Deed) -> Changes:
    return {"still_well": deed.body["still_well"]}


def _hidden(deed: Deed) -> Changes:
    return moderation.hide(deed.work, deed.report, deed.body)


def _moderated(deed: Deed) -> Changes:
    return moderation.moderate(deed.work, deed.report, deed.body)


def _restored(deed: Deed) -> Changes:
    """Whoever may hide the whole report may show it again."""
    if deed.body["what"] == WHOLE and not deed.parties & lifecycle.RULES["hide"].by:
        raise NotFound()
    return moderation.restore(deed.work, deed.report, deed.body)


def _merged(deed: Deed) -> Changes:
    return merging.merged(deed.report, deed.original, deed.work.call.principal)


def _unmerged(deed: Deed) -> Changes:
    return merging.unmerged(deed.report, deed.original)


_EFFECTS: dict[str, Effect] = {
    "assign": _assigned,
    "forward": _forwarded,
    "claim": _claimed,
    "release": _released,
    "merge": _merged,
    "unmerge": _unmerged,
    "resolve": _resolved,
    "reopen": _to_be_rated,
    "rate": _rated,
    "follow_up": _followed_up,
    "hide": _hidden,
    "moderate": _moderated,
    "restore": _restored,
}
