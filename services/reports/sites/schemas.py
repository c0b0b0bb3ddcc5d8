"""The forms in which sites are asked for and shown."""

from __future__ import annotations

from services.chassis import fields, query_fields
from services.reports.action_schemas import said_field
from services.reports.part_contract import PART_STATES
from services.reports.schemas import Photo
from services.reports.sites.pack import DUTIES
from services.reports.sites.rules import SiteState

STATES = tuple(state.value for state in SiteState)
SORTS = ("newest", "worst")
MOMENTS = ("before", "after")
MOST_SPELLS = 100
MOST_PHOTOS = 100
_MANY = 2**31 - 1
_EXAMPLE = "01a20cfc-cc25-74ef-9d87-6baafa01c839"


class SitePart(fields.Schema):
    """What an agency owes to a site now. due_at: until when it has to begin, then to be done; null
    when there is no more to do. For staff of the agencies and overseers: officer, who did it last;
    answer, what was said with it; escalation."""

    duty = fields.Choice(DUTIES, required=True)
    agency = fields.String(required=True)
    agency_name = fields.String(required=True)
    state = fields.Choice(PART_STATES, required=True)
    asked_at = fields.Timestamp(required=True)
    ended_at = fields.Timestamp(required=True, allow_none=True)
    due_at = fields.Timestamp(required=True, allow_none=True)
    officer = fields.String(allow_none=True)
    answer = fields.String(allow_none=True, max=fields.MAX_TEXT, multiline=True)
    escalation = fields.Integer(min=0, max=10)


class Spell(fields.Schema):
    """One time that garbage lay there. cleaned_at: since when it does not; enforced_at: when
    somebody was made to answer for it; closed_at: when every agency was done."""

    opened_at = fields.Timestamp(required=True)
    reports = fields.Integer(required=True, min=1, max=_MANY)
    cleaned_at = fields.Timestamp(required=True, allow_none=True)
    enforced_at = fields.Timestamp(required=True, allow_none=True)
    closed_at = fields.Timestamp(required=True, allow_none=True)


class Hours(fields.Schema):
    """hours: an answer of the category's question; reports: how many gave it."""

    hours = fields.String(required=True)
    reports = fields.Integer(required=True, min=1, max=_MANY)


class Site(fields.Schema):
    """A place where garbage piles up, as it follows from its public reports.

    lat, long: the middle of these. volume, kinds, hazards: what is said of the pile that lies there
    now, or lay there last, by the answers' codes in `/v1/categories/{code}`; of volumes the one
    that most say. hours: when garbage was seen to be dumped. recurrences: how often it came back
    after the place was clean. score: how bad it is, by the city's weights. agency: which cleans.
    spells: the last hundred times that garbage lay there, the newest last.
    """

    id = fields.UUID(required=True)
    version = fields.Integer(required=True, min=1, max=_MANY)
    state = fields.Choice(STATES, required=True)
    category = fields.String(required=True)
    lat = fields.Number(required=True, min=-90, max=90)
    long = fields.Number(required=True, min=-180, max=180)
    area = fields.String(required=True, allow_none=True)
    area_name = fields.String(required=True, allow_none=True)
    agency = fields.String(required=True)
    agency_name = fields.String(required=True)
    reports = fields.Integer(required=True, min=1, max=_MANY)
    open_reports = fields.Integer(required=True, min=0, max=_MANY)
    recurrences = fields.Integer(required=True, min=0, max=_MANY)
    volume = fields.String(required=True, allow_none=True)
    kinds = fields.List(fields.String(), required=True)
    hazards = fields.List(fields.String(), required=True)
    hours = fields.List(fields.Nested(Hours), required=True)
    score = fields.Integer(required=True, min=0, max=_MANY)
    parts = fields.List(fields.Nested(SitePart), required=True)
    spells = fields.List(fields.Nested(Spell), required=True, max=MOST_SPELLS)
    opened_at = fields.Timestamp(required=True)
    settled_at = fields.Timestamp(required=True, allow_none=True)
    last_report_at = fields.Timestamp(required=True)
    updated_at = fields.Timestamp(required=True)


class SiteId(fields.Schema):
    """Which site; the id of one that was merged into another means that other one."""

    id = fields.UUID(required=True)


class SiteFilters(fields.Schema):
    """Which sites; all that is given must fit. area: a kelurahan or a kecamatan. kind: an answer
    of the category's question about the kind. bbox: west,south,east,north in degrees. agency:
    sites to which it owes something. report: the site on which that report lies. sort: the newest
    first, or those with the highest score."""

    limit = fields.Integer(min=1, max=100, load_default=20)
    cursor = fields.String(max=200)
    state = fields.Choice(STATES)
    category = fields.String(min=1, max=64)
    area = fields.String(min=1, max=20)
    kind = fields.String(min=1, max=64)
    agency = fields.String(min=1, max=20)
    bbox = query_fields.BoundingBox()
    report = fields.UUID()
    sort = fields.Choice(SORTS, load_default="newest")


class SiteList(fields.Schema):
    """`next` is the cursor of the following page, null on the last."""

    items = fields.List(fields.Nested(Site), required=True)
    next = fields.String(required=True, allow_none=True)


class SitePage(SiteId):
    """Of which site, and which page."""

    limit = fields.Integer(min=1, max=100, load_default=20)
    cursor = fields.String(max=200)


class SitePhoto(Photo):
    """A photo of one of the site's reports: `before`, as it was reported, or `after`, as the agency
    showed what it did. It is read where it belongs: `/v1/reports/{report}/photos/{n}`."""

    report = fields.UUID(required=True)
    moment = fields.Choice(MOMENTS, required=True)
    at = fields.Timestamp(required=True)


class SitePhotos(fields.Schema):
    """The newest hundred; there is no further page."""

    items = fields.List(fields.Nested(SitePhoto), required=True, max=MOST_PHOTOS)
    next = fields.String(required=True, allow_none=True)


class BeginSite(SiteId):
    """With which duty the caller's agency begins."""

    duty = fields.Choice(DUTIES, required=True, metadata={"example": DUTIES[0]})


class CleanSite(SiteId):
    """What was taken away."""

    note = said_field("Diangkut dua truk")


class EnforceSite(SiteId):
    """Who was made to answer for it, without their name."""

    note = said_field("Pelaku ditegur dan spanduk larangan dipasang")


class CloseSite(SiteId):
    """Why there is no more to do."""

    reason = said_field("Tempat sudah dijadikan taman")


class MergeSite(SiteId):
    """Into which other site it goes, and why."""

    into = fields.UUID(required=True, metadata={"example": _EXAMPLE})
    reason = said_field("Tumpukan yang sama")


class MoveReport(SiteId):
    """Which report does not lie here, and to which other site it belongs; left out: to one of its
    own."""

    report = fields.UUID(required=True, metadata={"example": _EXAMPLE})
    to = fields.UUID()
    reason = said_field("Titik lain di seberang jalan")


class SiteChanged(fields.Schema):
    """What a site became. merged_into: the site that goes on for it."""

    site_id = fields.UUID(required=True)
    category = fields.String(required=True)
    area = fields.String(required=True, allow_none=True)
    agency = fields.String(required=True)
    state = fields.Choice(STATES, required=True)
    reports = fields.Integer(required=True, min=0, max=_MANY)
    recurrences = fields.Integer(required=True, min=0, max=_MANY)
    merged_into = fields.UUID(required=True, allow_none=True)


class SiteDue(SiteChanged):
    """The term of a duty is nearly over, or over. duty_agency: whose it is. tell: whom the last
    step of its ladder names; null if none was told."""

    duty = fields.Choice(DUTIES, required=True)
    duty_agency = fields.String(required=True)
    due_at = fields.Timestamp(required=True)
    escalation = fields.Integer(required=True, min=0, max=10)
    tell = fields.Choice(("supervisors", "head", "overseers"), required=True, allow_none=True)
