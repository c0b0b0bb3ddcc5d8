"""The forms of an agency's work: its list, its overview, and doing one thing to many reports."""

from __future__ import annotations

from services.chassis import fields
from services.reports.lifecycle import OPEN
from services.reports.part_contract import PART_STATES
from services.reports.schemas import SPOKEN, Report

MOST_AT_ONCE = 500
_MANY = 2**31 - 1


def agency_field() -> fields.String:
    """Overseers may ask for one agency; staff sees its own."""
    return fields.String(min=1, max=20, metadata={"example": "DLH"})


class ListWork(fields.Schema):
    """Filters; all that are given must fit. officer: `me`, `none`, or an account's id.

    overdue: only those whose time is over (true) or not over (false).
    """

    limit = fields.Integer(min=1, max=100, load_default=20)
    cursor = fields.String(max=200)
    state = fields.Choice([state.value for state in OPEN])
    category = fields.String(min=1, max=64)
    area = fields.String(min=1, max=20)
    officer = fields.String(min=1, max=64, metadata={"example": "me"})
    overdue = fields.Boolean()
    agency = agency_field()


class OwnPart(fields.Schema):
    """What the agency is to do for a report that another one leads, and until when."""

    state = fields.Choice(PART_STATES, required=True)
    due_at = fields.Timestamp(required=True, allow_none=True)
    asked_for = fields.String(required=True, max=fields.MAX_TEXT, multiline=True)
    officer = fields.String(required=True, allow_none=True)


class WorkItem(Report):
    """A report to be worked on. part: the agency's own, where it does not lead but takes part; then
    the part's due date counts."""

    part = fields.Nested(OwnPart)


class WorkList(fields.Schema):
    """What is due first stands first; what waits for its reporter stands last.

    counts: open reports by state, and overdue: how many of them are late; of all that fit the
    filters other than state and overdue. parts, parts_overdue: the same of the agency's parts in
    reports that others lead (of all parts, for the whole city). next: the cursor of the
    following page, null on the last.
    """

    items = fields.List(fields.Nested(WorkItem), required=True)
    next = fields.String(required=True, allow_none=True)
    counts = fields.Attributes(required=True)
    overdue = fields.Integer(required=True, min=0, max=_MANY)
    parts = fields.Attributes(required=True)
    parts_overdue = fields.Integer(required=True, min=0, max=_MANY)


class AskOverview(fields.Schema):
    """Of which agency."""

    agency = agency_field()


class OfficersWork(fields.Schema):
    """What one officer has to do; officer is null for what nobody has taken on."""

    officer = fields.String(required=True, allow_none=True)
    open = fields.Integer(required=True, min=0, max=_MANY)
    overdue = fields.Integer(required=True, min=0, max=_MANY)


class Overview(fields.Schema):
    """How an agency stands; agency is null for the whole city.

    due_today: until the end of the day. escalated: those that went up the ladder. answered,
    answered_in_time: resolved in the last 30 days, and without any missed term. parts,
    parts_overdue: open parts in reports that others lead, by state, and those that are late.
    """

    agency = fields.String(required=True, allow_none=True)
    counts = fields.Attributes(required=True)
    overdue = fields.Integer(required=True, min=0, max=_MANY)
    due_today = fields.Integer(required=True, min=0, max=_MANY)
    escalated = fields.Integer(required=True, min=0, max=_MANY)
    officers = fields.List(fields.Nested(OfficersWork), required=True, max=1_000)
    answered = fields.Integer(required=True, min=0, max=_MANY)
    answered_in_time = fields.Integer(required=True, min=0, max=_MANY)
    parts = fields.Attributes(required=True)
    parts_overdue = fields.Integer(required=True, min=0, max=_MANY)


class AssignMany(fields.Schema):
    """Assign all of these reports. officer: the account of the one of the agency's staff."""

    reports = fields.List(fields.UUID(), required=True, min=1, max=MOST_AT_ONCE)
    agency = fields.String(required=True, min=1, max=20, metadata={"example": "DLH"})
    officer = fields.UUID()


class JobId(fields.Schema):
    """Which job."""

    id = fields.UUID(required=True)


class JobFailure(fields.Schema):
    """A report to which it could not be done, and why (a problem's code)."""

    report_id = fields.UUID(required=True)
    code = fields.String(required=True)


class Job(fields.Schema):
    """How far it is: of total, done were assigned and failed were not."""

    id = fields.UUID(required=True)
    total = fields.Integer(required=True, min=0, max=MOST_AT_ONCE)
    done = fields.Integer(required=True, min=0, max=MOST_AT_ONCE)
    failed = fields.Integer(required=True, min=0, max=MOST_AT_ONCE)
    finished = fields.Boolean(required=True)
    failures = fields.List(fields.Nested(JobFailure), required=True, max=MOST_AT_ONCE)
    created_at = fields.Timestamp(required=True)


class ListResponses(fields.Schema):
    """For which action and category; left out, for any."""

    action = fields.Choice(SPOKEN, metadata={"example": "resolve"})
    category = fields.String(min=1, max=64, metadata={"example": "sampah"})


class Response(fields.Schema):
    """Words to begin with, in the caller's language; no categories means all."""

    code = fields.String(required=True)
    actions = fields.List(fields.String(), required=True)
    categories = fields.List(fields.String(), required=True)
    title = fields.String(required=True)
    text = fields.String(required=True, max=fields.MAX_TEXT, multiline=True)


class ResponseList(fields.Schema):
    """All that fit; there is no further page."""

    items = fields.List(fields.Nested(Response), required=True, max=1_000)
    next = fields.String(required=True, allow_none=True)
