"""Who is told what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Message:
    """One message to write: to whom, and by which key of the city pack's texts."""

    recipient: str
    key: str


def person(account: str) -> str:
    """The recipient that is one person."""
    return f"person:{account}"


def agency(code: str) -> str:
    """The recipient that is everybody who works for an agency."""
    return f"agency:{code}"


def guest(report_id: str) -> str:
    """The recipient that is whoever reported without an account; reached by e-mail only."""
    return f"guest:{report_id}"


def subscription(subscription_id: str) -> str:
    """The recipient that is whoever confirmed a subscription; reached by e-mail only."""
    return f"subscription:{subscription_id}"


def is_subscriber(recipient: str) -> bool:
    """Whether a recipient is an address that follows something, or one of its subscriptions."""
    return recipient.startswith(("subscription:", "address:"))


def is_person(recipient: str) -> bool:
    """Whether a recipient is a person with an account."""
    return recipient.startswith("person:")


def is_guest(recipient: str) -> bool:
    """Whether a recipient is a guest."""
    return recipient.startswith("guest:")


def has_mail(recipient: str) -> bool:
    """Whether a recipient is a person, who may have an e-mail address."""
    return recipient.startswith(("person:", "guest:"))


def leaders(code: str, tell: str) -> str:
    """The recipient that a step of an agency's ladder names."""
    return tell if tell == "overseers" else f"{tell}:{code}"


def is_public(visibility: str) -> bool:
    """Whether everybody may know that there is such a report; a secret one (rahasia) is not."""
    return visibility in ("public", "anonymous")


# what happened, in the events' own names
_REPORTER_HEARS = frozenset(
    f"report.{past}"
    for past in (
        "submitted", "verified", "assigned", "started", "held", "resolved", "rejected",
        "forwarded", "referred", "merged", "unmerged", "reopened", "closed", "commented",
        "hidden", "part_accepted", "part_done", "moderated", "restored", "follow_up_asked",
    )
)  # fmt: skip
_FOLLOWERS_HEAR = _REPORTER_HEARS - {
    "report.moderated", "report.restored", "report.follow_up_asked",
}  # fmt: skip
_AGENCY_HEARS = frozenset(
    f"report.{past}"
    for past in (
        "submitted", "assigned", "forwarded", "reopened", "rated", "commented", "part_accepted",
        "part_declined", "part_done",
    )
)  # fmt: skip
# of its own part: what is asked, that no more is asked, and its term
_PART_ON_TIME = ("report.part_due_soon", "report.part_overdue", "report.part_escalated")
_PART_HEARS = ("report.part_asked", "report.part_withdrawn", *_PART_ON_TIME)
# nobody else's business: what waits, what was said, what was hidden, and who does which part
_CITY_HEARS = _REPORTER_HEARS - {
    "report.held", "report.commented", "report.hidden", "report.part_accepted", "report.part_done",
    "report.moderated", "report.restored", "report.follow_up_asked",
}  # fmt: skip
# how the original itself goes on; what is said of it, and who does which part, is not theirs
_DUPLICATES_HEAR = _FOLLOWERS_HEAR - {
    "report.commented", "report.hidden", "report.part_accepted", "report.part_done",
}  # fmt: skip
_ON_TIME = ("report.due_soon", "report.overdue", "report.escalated")
_OFFICER_HEARS = "report.assigned.officer"
_PART_ENDED = "report.part_withdrawn.agency"
# who follows an incident or a site
THING_NEWS = (
    "incident.changed", "incident.ended", "incident.merged", "incident.split",
    "site.recurred", "site.cleaned", "site.enforced", "site.closed", "site.merged",
)  # fmt: skip
# who is reminded of collections hears of each at once, or it would be too late
REMINDERS = ("collection.coming",)
MESSAGE_KEYS = (
    *sorted(_REPORTER_HEARS),
    *sorted(f"{name}.agency" for name in (*_AGENCY_HEARS, *_ON_TIME, *_PART_HEARS)),
    _OFFICER_HEARS,
    *sorted(f"{name}.topic" for name in (*_CITY_HEARS, *THING_NEWS, *REMINDERS)),
)
# what is not about a report
PLAIN_KEYS = ("email.verification", "topic.confirm", "topic.digest")


def meant(happened: str, report: dict[str, Any]) -> str:
    """What to tell of it: a low rating or a "no" matters because it reopens the report."""
    is_answer = happened in ("report.rated", "report.followed_up")
    reopens = is_answer and report["state"] == "reopened"
    return "report.reopened" if reopens else happened


def is_for_the_city(happened: str, visibility: str) -> bool:
    """Whether everybody may hear of it."""
    return happened in _CITY_HEARS and is_public(visibility)


def is_of_report(key: str) -> bool:
    """Whether a text is about one report."""
    return key.startswith("report.")


def is_reminder(key: str) -> bool:
    """Whether a text is of no use later."""
    return key in map(topic_key, REMINDERS)


def topic_key(happened: str) -> str:
    """By which text those who follow a topic hear of it."""
    return f"{happened}.topic"


def messages_for(
    happened: str, report: dict[str, Any], followers: Iterable[str] = ()
) -> list[Message]:
    """Whom to tell what: the reporter, with or without an account, followers, and the agency.

    Nobody is told what they did themselves, an agency not what its own staff said, and followers
    nothing of what the public may not see.
    """
    found: list[Message] = []
    if happened in _REPORTER_HEARS:
        if report["reporter"] is None:
            found.append(Message(guest(report["report_id"]), happened))
        people = people_told(report, followers if happened in _FOLLOWERS_HEAR else ())
        told = [name for name in people if name != report.get("actor")]
        found += [Message(person(name), happened) for name in told]
    return found + _messages_for_staff(happened, report) + _messages_for_helpers(happened, report)


def people_told(report: dict[str, Any], followers: Iterable[str]) -> list[str]:
    """Accounts that hear of a report: its reporter's, and its followers' if it is public."""
    reporter = [] if report["reporter"] is None else [report["reporter"]]
    public = followers if is_public(report["visibility"]) else ()
    return list(dict.fromkeys((*reporter, *public)))


def messages_for_duplicates(
    original: dict[str, Any],
    duplicates: Iterable[dict[str, Any]],
    followers: Mapping[str, Iterable[str]],
    known: Iterable[str],
) -> list[tuple[dict[str, Any], Message]]:
    """What happened to an original, told of its duplicates: (duplicate, message).

    followers: of each duplicate. known: who hears of the original itself. Everybody is told once;
    followers hear nothing unless both reports are public.
    """
    happened = meant(original["happened"], original)
    if happened not in _DUPLICATES_HEAR:
        return []
    found: list[tuple[dict[str, Any], Message]] = []
    told = {*known, original["actor"]}
    for report in duplicates:
        if report["reporter"] is None:
            found.append((report, Message(guest(report["report_id"]), happened)))
        following = followers.get(report["report_id"], ())
        listening = following if is_public(original["visibility"]) else ()
        people = [name for name in people_told(report, listening) if name not in told]
        told.update(people)
        found += [(report, Message(person(name), happened)) for name in people]
    return found


def _messages_for_staff(happened: str, report: dict[str, Any]) -> list[Message]:
    key, officer = f"{happened}.agency", report.get("officer")
    if happened == "report.due_soon" and officer is not None:
        return [Message(person(officer), key)]
    if happened == "report.escalated":
        return [Message(leaders(report["agency"], report["tell"]), key)]
    if happened == "report.assigned" and officer not in (None, report["actor"]):
        return [Message(agency(report["agency"]), key), Message(person(officer), _OFFICER_HEARS)]
    own_words = happened == "report.commented" and report["by_staff"]
    if happened in (*_AGENCY_HEARS, *_ON_TIME) and not own_words:
        return [Message(agency(report["agency"]), key)]
    return []


def _messages_for_helpers(happened: str, report: dict[str, Any]) -> list[Message]:
    """To agencies that take part: what concerns their part, and that it is not needed any more."""
    ended = [Message(agency(code), _PART_ENDED) for code in report.get("parts_ended", ())]
    if happened not in _PART_HEARS:
        return ended
    code, tell = report["part_agency"], report.get("tell")
    recipient = agency(code) if tell is None else leaders(code, tell)
    return [Message(recipient, f"{happened}.agency")]
