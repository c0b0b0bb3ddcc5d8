"""Reports as Open311 knows them: finding public ones, and taking in what apps send."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from services.chassis.capabilities import Capabilities
from services.chassis.city.answers import answers_of_form
from services.chassis.database import Row
from services.chassis.text import Language, Text
from services.chassis.unit_of_work import UnitOfWork
from services.reports import commands, errors, request_queries
from services.reports.catalogue import Catalogue
from services.reports.lifecycle import OPEN, State
from services.reports.request_contract import LONGEST_DAYS

LONGEST = timedelta(days=LONGEST_DAYS)
_SECOND = timedelta(seconds=1)
_PLACE = ("lat", "long")
_KEPT = ("category", "description", "address", "photos", "contact_email", "contact_name",
         "contact_phone")  # fmt: skip
WORDS: Mapping[State, Text] = {
    State.SUBMITTED: Text("Received", id="Diterima"),
    State.VERIFIED: Text("Verified", id="Terverifikasi"),
    State.ASSIGNED: Text("Assigned", id="Ditugaskan"),
    State.IN_PROGRESS: Text("Being worked on", id="Sedang dikerjakan"),
    State.ON_HOLD: Text("On hold", id="Ditunda"),
    State.RESOLVED: Text("Resolved", id="Selesai dikerjakan"),
    State.CLOSED: Text("Closed", id="Ditutup"),
    State.REJECTED: Text("Rejected", id="Ditolak"),
    State.REOPENED: Text("Reopened", id="Dibuka kembali"),
    State.DUPLICATE: Text("Duplicate", id="Duplikat"),
    State.NOT_AUTHORITY: Text("Referred to another authority", id="Bukan kewenangan kota"),
}
_DUPLICATE_OF = Text("Duplicate of {number}", id="Duplikat dari {number}")


def find_reports(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Public reports that fit, newest first. Raises Invalid for a span of more than 90 days."""
    if "numbers" in body:
        wanted = body | {"numbers": [number.upper() for number in body["numbers"]]}
        rows = request_queries.by_numbers(work, wanted)
    else:
        rows = request_queries.find(work, body, *span(body, work.clock.now()))
    return {"items": [_shown(row, city, work.call.language) for row in rows]}


def span(asked: Mapping[str, Any], now: datetime) -> tuple[datetime, datetime]:
    """From when until when, in whole seconds. Raises Invalid if that is more than 90 days, or
    backwards."""
    since, until = asked.get("since"), asked.get("until")
    if until is None:
        until = now if since is None else since + LONGEST
    if since is None:
        since = until - LONGEST
    if since > until:
        raise errors.backwards()
    if (until - since) // _SECOND > LONGEST // _SECOND:
        raise errors.span_too_long(LONGEST.days)
    return since, until


def submit_request(
    work: UnitOfWork, body: dict[str, Any], city: Catalogue, capabilities: Capabilities
) -> dict[str, Any]:
    """Take in what somebody told an app, as any report is taken in.

    Raises Invalid as submit_report does, and for a place that names no kelurahan.
    """
    category = city.category(body["category"])
    given = {name: body[name] for name in _KEPT if name in body} | _place(body, city)
    answers = body.get("attributes", {})
    given["attributes"] = answers_of_form(category.attributes, answers)
    return commands.submit_report(work, given, city, capabilities)


def _place(body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    if _PLACE[0] in body:
        return {name: body[name] for name in _PLACE}
    area = city.area_named(body.get("area"), body.get("address"))
    return {"lat": area.lat, "long": area.long, "approximate": True}


def _standing(state: State, original: str | None) -> Text:
    return WORDS[state] if original is None else _DUPLICATE_OF.format(number=original)


def _shown(row: Row, city: Catalogue, language: Language) -> dict[str, Any]:
    state = State(row["state"])
    names = city.names(row["area"], row["agency"], language)
    words = [_standing(state, row["original"]).in_language(language), row["said"]]
    category = city.categories.by_code.get(row["category"])
    return row | {
        "is_open": state in OPEN,
        "notes": ". ".join(word for word in words if word),
        "category_name": category.name.in_language(language) if category else row["category"],
        "agency_name": names["agency_name"],
        "address": row["address"] or names["area_name"],
    }
