"""Several agencies on one report: what is asked, what is shown, and what is told of it."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import Operation
from services.chassis.errors import NotFound
from services.chassis.text import Text
from services.reports.action_schemas import ReportChanged, ReportDue, said_field
from services.reports.parts import PartState
from services.reports.schemas import ReportId, photos_field

PART_STATES = tuple(state.value for state in PartState)
MOST_PARTS = 100


class Invite(ReportId):
    """Which other agency is to do its part, and what that is."""

    agency = fields.String(required=True, min=1, max=20, metadata={"example": "DISHUB"})
    reason = said_field("Mohon rambu sementara selama pengangkutan")


class Withdraw(ReportId):
    """Whose part is not needed any more, and why."""

    agency = fields.String(required=True, min=1, max=20, metadata={"example": "DISHUB"})
    reason = said_field("Rambu tidak diperlukan lagi")


class Decline(ReportId):
    """Why the caller's agency does not do its part."""

    reason = said_field("Ruas ini dikelola provinsi")


class Finish(ReportId):
    """What the caller's agency did, and photos that show it."""

    note = said_field("Rambu sementara sudah terpasang")
    photos = photos_field()


class PartChanged(ReportChanged):
    """Whose part it is, and what it became. `agency` is the one that leads."""

    part_agency = fields.String(required=True)
    part_state = fields.Choice(PART_STATES, required=True)


class PartDue(ReportDue):
    """The term of an agency's part; due_at and escalation are the part's."""

    part_agency = fields.String(required=True)
    part_state = fields.Choice(PART_STATES, required=True)


class Part(fields.Schema):
    """An agency's part in a report.

    due_at: until when it has to answer, then to be done; null when there is no more to do. For
    staff of the two agencies, and overseers: asked_for, what it is to do; answer, what it last
    said, or why the part was withdrawn; officer and escalation.
    """

    agency = fields.String(required=True)
    agency_name = fields.String(required=True)
    state = fields.Choice(PART_STATES, required=True)
    asked_for = fields.String(max=fields.MAX_TEXT, multiline=True)
    answer = fields.String(allow_none=True, max=fields.MAX_TEXT, multiline=True)
    asked_at = fields.Timestamp(required=True)
    ended_at = fields.Timestamp(required=True, allow_none=True)
    due_at = fields.Timestamp(required=True, allow_none=True)
    officer = fields.String(allow_none=True)
    escalation = fields.Integer(min=0, max=10)


class PartList(fields.Schema):
    """All there are; there is no further page."""

    items = fields.List(fields.Nested(Part), required=True, max=MOST_PARTS)
    next = fields.String(required=True, allow_none=True)


LIST_PARTS = Operation(
    "list_parts",
    ReportId,
    PartList,
    Text("Who takes part in a report", id="Instansi yang ikut menangani"),
    errors=(NotFound,),
)
