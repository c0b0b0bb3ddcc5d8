"""The forms of what is done to reports, and of what is told of it."""

from __future__ import annotations

from services.chassis import fields, text_fields
from services.reports.schemas import (
    STATES,
    OnBehalf,
    ReportId,
    ReportSubmitted,
    TrackReport,
    photos_field,
)


def said_field(example: str) -> fields.String:
    """What somebody says, in their own words."""
    return fields.String(
        required=True, min=1, max=fields.MAX_TEXT, multiline=True, metadata={"example": example}
    )


class Assign(ReportId):
    """agency: which is to work on it. officer: the account of the one of its staff who is."""

    agency = fields.String(required=True, min=1, max=20, metadata={"example": "DLH"})
    officer = fields.UUID()


class AsReporter(ReportId):
    """What a reporter does, or staff of another agency for them."""

    on_behalf_of = fields.Nested(OnBehalf)


class Hold(ReportId):
    """Why it has to wait."""

    reason = said_field("Menunggu foto tambahan dari pelapor")


class Resolve(ReportId):
    """What was done, and photos that show it.

    open_parts_reason: why it is resolved although other agencies are not done with their parts,
    which end with it.
    """

    note = said_field("Tumpukan sampah sudah diangkut")
    photos = photos_field(min=1)
    open_parts_reason = fields.String(min=1, max=fields.MAX_TEXT, multiline=True)


class Reject(ReportId):
    """Why nothing will be done."""

    reason = said_field("Foto tidak menunjukkan lokasi")


class Forward(ReportId):
    """Which agency answers for it instead, and why."""

    agency = fields.String(required=True, min=1, max=20, metadata={"example": "DISHUB"})
    reason = said_field("Wewenang instansi lain")


class Refer(ReportId):
    """Whose it is, outside the city's agencies, and why."""

    authority = text_fields.PlainText(
        required=True, min=1, max=200, metadata={"example": "PLN UP3 Serpong"}
    )
    reason = said_field("Tiang listrik milik PLN")


class Merge(ReportId):
    """Of which open report it is a duplicate, and how one sees that."""

    duplicate_of = fields.UUID(required=True)
    reason = said_field("Tumpukan yang sama, difoto dari seberang jalan")


class Unmerge(ReportId):
    """Why it is no duplicate after all."""

    reason = said_field("Ternyata tumpukan lain")


class Reopen(AsReporter):
    """Why it is not done."""

    reason = said_field("Sampah masih ada")


class Close(AsReporter):
    """That it is done."""


class Rate(AsReporter):
    """How well it was done, from 1 to 5; 1 and 2 ask for it to be looked at again."""

    score = fields.Integer(required=True, min=1, max=5, metadata={"example": 5})
    text = fields.String(min=1, max=fields.MAX_TEXT, multiline=True)


class FollowUp(AsReporter):
    """Whether it is still well, four weeks after it was closed; "no" asks for it to be verified."""

    still_well = fields.Boolean(required=True, metadata={"example": True})
    text = fields.String(min=1, max=fields.MAX_TEXT, multiline=True)


class TrackedFollowUp(TrackReport):
    """The same of a guest, who knows the number and the tracking code."""

    still_well = fields.Boolean(required=True, metadata={"example": True})
    text = fields.String(min=1, max=fields.MAX_TEXT, multiline=True)


class Comment(AsReporter):
    """What one has to say about it."""

    text = said_field("Terima kasih")


class Note(ReportId):
    """What only the agency's staff is to read."""

    text = said_field("Truk tersedia hari Kamis")


class Hide(ReportId):
    """Why the public is not to see it any more."""

    reason = said_field("Memuat data pribadi")


class Follow(ReportId):
    """following: false to be told no more."""

    following = fields.Boolean(load_default=True)


class FollowerChanged(fields.Schema):
    """Who wants to be told of a report, or no more.

    serial: later changes have higher ones; the report's version does not change with its followers.
    Left out by a version of this service that did not count.
    """

    report_id = fields.UUID(required=True)
    person = fields.String(required=True)
    following = fields.Boolean(required=True)
    serial = fields.Integer(min=1, max=2**63 - 1)


class ReportChanged(ReportSubmitted):
    """What it became. by_staff: whether the agency did it.

    actor: the id of the account that did it; `system` for what happens by itself. officer: of the
    one who works on it. parts_ended: agencies whose open part ended with it.
    """

    state = fields.Choice(STATES, required=True)
    by_staff = fields.Boolean(required=True)
    actor = fields.String(required=True)
    officer = fields.String(required=True, allow_none=True)
    parts_ended = fields.List(fields.String())


class ReportMerged(ReportChanged):
    """duplicate_of: the id of its original."""

    duplicate_of = fields.UUID(required=True)


class ReportLinked(ReportChanged):
    """A report became a duplicate of this one, or is none any more.

    duplicate_version: its version then.
    """

    duplicate = fields.Nested(ReportSubmitted, required=True)
    duplicate_version = fields.Integer(required=True, min=1, max=2**31 - 1)


class OriginalChanged(ReportChanged):
    """Something happened to a report that has duplicates. happened: which event tells of it."""

    happened = fields.String(required=True)


class ReportDue(ReportChanged):
    """A term is nearly over, or over. escalation: how many steps of the ladder were told.

    tell: whom the last of them names; null if none was told.
    """

    due_at = fields.Timestamp(required=True)
    escalation = fields.Integer(required=True, min=0, max=10)
    tell = fields.Choice(("supervisors", "head", "overseers"), required=True, allow_none=True)


class TimelineEntry(fields.Schema):
    """One thing that happened. by: who, as far as everybody may know.

    text: what was said with it: the reason, the note, the comment. authority: to whom outside the
    city it was referred. what: of the report was moderated. For staff only: actor, officer,
    on_behalf_of (by which channel a reporter was spoken for) and other_report (which it was merged
    into, or which was merged into it).
    """

    version = fields.Integer(required=True, min=1, max=2**31 - 1)
    action = fields.String(required=True)
    state = fields.Choice(STATES, required=True)
    at = fields.Timestamp(required=True)
    by = fields.String(required=True)
    text = fields.String(required=True, allow_none=True, max=fields.MAX_TEXT, multiline=True)
    agency = fields.String(required=True, allow_none=True)
    authority = fields.String()
    what = fields.String()
    actor = fields.String()
    officer = fields.String()
    on_behalf_of = fields.String()
    other_report = fields.UUID()


class AskTimeline(ReportId):
    """Of which report; a life is rarely longer than one page."""

    limit = fields.Integer(min=1, max=100, load_default=100)
    cursor = fields.String(max=200)


class Timeline(fields.Schema):
    """The life of a report, from its beginning. `next` is the cursor of the following page."""

    items = fields.List(fields.Nested(TimelineEntry), required=True)
    next = fields.String(required=True, allow_none=True)
