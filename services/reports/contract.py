"""What reports offers: operations, events, and the words for what can go wrong."""

from __future__ import annotations

from services.chassis.contract import Contract, EventType, Kind, Operation, Subscription
from services.chassis.errors import (
    Conflict,
    IdempotencyKeyReused,
    Invalid,
    Malformed,
    NotFound,
    StaleVersion,
)
from services.chassis.principal import LOGGED_IN
from services.chassis.text import Text
from services.registry.contract import ACCOUNT_CHANGED, ACCOUNT_CREATED
from services.reports.abuse.contract import ABUSE_OPERATIONS, Blocked
from services.reports.action_contract import (
    ACTIONS,
    ALARMS,
    CASEWORK_EVENTS,
    EVENTS,
    FOLLOW_UP_ASKED,
    LINKS,
    ORIGINAL_CHANGED,
    PART_ALARMS,
)
from services.reports.action_schemas import (
    AskTimeline,
    Follow,
    FollowerChanged,
    Timeline,
    TrackedFollowUp,
)
from services.reports.category_contract import GET_CATEGORY, LIST_CATEGORIES
from services.reports.city_now_contract import CITY_NOW
from services.reports.collections.contract import COLLECTION_COMING, LIST_COLLECTIONS
from services.reports.contact_contract import (
    CONTACT_FORGOTTEN,
    CONTACT_OF_REPORT,
    FORGET_CONTACT,
)
from services.reports.duplicate_contract import LIST_DUPLICATES
from services.reports.forgetting_contract import (
    FORGET_REPORTER,
    REPORTER_FORGOTTEN,
    reporter_digest,
)
from services.reports.incidents.cifs_contract import CIFS_INCIDENTS, CifsIncident
from services.reports.incidents.contract import (
    INCIDENT_CHANGED,
    INCIDENT_ENDED,
    INCIDENT_EVENTS,
    INCIDENT_OPENED,
    INCIDENT_OPERATIONS,
)
from services.reports.incidents.history_contract import HISTORY_OPERATIONS
from services.reports.moderation_contract import LIST_MODERATION
from services.reports.nearby_contract import FIND_NEARBY
from services.reports.open_data_contract import OPEN_DATA_OPERATIONS
from services.reports.part_contract import LIST_PARTS
from services.reports.place_contract import PLACE_KINDS, PLACE_TO_FOLLOW
from services.reports.request_contract import FIND_REPORTS, SUBMIT_REQUEST
from services.reports.schemas import (
    GetPhoto,
    ListReports,
    Report,
    ReportId,
    ReportList,
    ReportSubmitted,
    StoredPhoto,
    SubmitReport,
    TrackReport,
)
from services.reports.sites.contract import SITE_ALARMS, SITE_EVENTS, SITE_OPERATIONS
from services.reports.statistics_contract import COUNTS
from services.reports.work_contract import WORK_OPERATIONS

__all__ = [
    "ACTIONS",
    "ALARMS",
    "CASEWORK_EVENTS",
    "CIFS_INCIDENTS",
    "COLLECTION_COMING",
    "CONTACT_FORGOTTEN",
    "CONTACT_OF_REPORT",
    "CONTRACT",
    "EVENTS",
    "FIND_NEARBY",
    "FIND_REPORTS",
    "FOLLOW_UP_ASKED",
    "FORGET_REPORTER",
    "GET_CATEGORY",
    "INCIDENT_CHANGED",
    "INCIDENT_ENDED",
    "INCIDENT_EVENTS",
    "INCIDENT_OPENED",
    "LINKS",
    "LIST_CATEGORIES",
    "LIST_DUPLICATES",
    "LIST_MODERATION",
    "LIST_PARTS",
    "ORIGINAL_CHANGED",
    "PART_ALARMS",
    "PLACE_KINDS",
    "PLACE_TO_FOLLOW",
    "REPORTER_FORGOTTEN",
    "SITE_ALARMS",
    "SITE_EVENTS",
    "SUBMIT_REQUEST",
    "CifsIncident",
    "reporter_digest",
]

SUBMIT_REPORT = Operation(
    "submit_report",
    SubmitReport,
    Report,
    Text("Report something", id="Laporkan sesuatu"),
    Kind.COMMAND,
    errors=(Invalid, IdempotencyKeyReused, Blocked),
)
GET_REPORT = Operation(
    "get_report", ReportId, Report, Text("Read a report", id="Baca laporan"), errors=(NotFound,)
)
GET_PHOTO = Operation(
    "get_photo",
    GetPhoto,
    StoredPhoto,
    Text("See a photo of a report", id="Lihat foto laporan"),
    errors=(NotFound,),
)
LIST_REPORTS = Operation(
    "list_reports",
    ListReports,
    ReportList,
    Text("List reports, newest first", id="Daftar laporan, terbaru dahulu"),
    errors=(Malformed, Invalid),
)
TRACK_REPORT = Operation(
    "track_report",
    TrackReport,
    Report,
    Text("Follow a guest's report", id="Lacak laporan tamu"),
    errors=(NotFound,),
)

TIMELINE = Operation(
    "report_timeline",
    AskTimeline,
    Timeline,
    Text("What happened to a report", id="Perjalanan laporan"),
    errors=(Malformed, NotFound),
)

SUBMITTED = EventType(
    "reports",
    "report.submitted",
    ReportSubmitted,
    Text("A report came in", id="Laporan masuk"),
    consumers=("notify",),
)

ANSWER_FOLLOW_UP = Operation(
    "answer_follow_up",
    TrackedFollowUp,
    Report,
    Text("Say whether it is still well, as a guest", id="Jawab tindak lanjut sebagai tamu"),
    Kind.COMMAND,
    errors=(NotFound, Conflict, StaleVersion, IdempotencyKeyReused),
)

SUPPORT = Operation(
    "support_report",
    ReportId,
    Report,
    Text("Say that it concerns you too", id="Dukung laporan"),
    Kind.COMMAND,
    access=LOGGED_IN,
    errors=(NotFound, StaleVersion, Blocked),
)
FOLLOW = Operation(
    "follow_report",
    Follow,
    Report,
    Text("Be told what happens to it", id="Ikuti laporan"),
    Kind.COMMAND,
    access=LOGGED_IN,
    errors=(NotFound, StaleVersion, Blocked),
)
FOLLOWER_CHANGED = EventType(
    "reports",
    "follower.changed",
    FollowerChanged,
    Text("Somebody follows a report, or no more", id="Pengikut laporan berubah"),
    consumers=("notify",),
)

# Roles and agencies only: whom a report can be assigned to, and for whom staff may speak.
KEEP_ACCOUNTS = Subscription(
    service="reports",
    handler="keep_accounts",
    events=(ACCOUNT_CREATED,),
    summary=Text("Know who is whose staff", id="Catat pegawai instansi"),
)
# a queue of its own: the version before would not know what to do with these events
CHANGE_ACCOUNTS = Subscription(
    service="reports",
    handler="change_accounts",
    events=(ACCOUNT_CHANGED,),
    summary=Text("Know who is no one's staff any more", id="Catat perubahan pegawai instansi"),
)

CONTRACT = Contract(
    "reports",
    Text("Citizens' reports", id="Laporan warga"),
    (
        SUBMIT_REPORT,
        GET_REPORT,
        GET_PHOTO,
        LIST_REPORTS,
        TRACK_REPORT,
        ANSWER_FOLLOW_UP,
        TIMELINE,
        SUPPORT,
        FOLLOW,
        *(action.operation for action in ACTIONS.values()),
        LIST_PARTS,
        LIST_MODERATION,
        FORGET_REPORTER,
        *WORK_OPERATIONS,
        *COUNTS,
        CITY_NOW,
        *OPEN_DATA_OPERATIONS,
        CONTACT_OF_REPORT,
        PLACE_TO_FOLLOW,
        FORGET_CONTACT,
        LIST_CATEGORIES,
        GET_CATEGORY,
        FIND_REPORTS,
        FIND_NEARBY,
        LIST_DUPLICATES,
        SUBMIT_REQUEST,
        *ABUSE_OPERATIONS,
        *INCIDENT_OPERATIONS,
        CIFS_INCIDENTS,
        *HISTORY_OPERATIONS,
        *SITE_OPERATIONS,
        LIST_COLLECTIONS,
    ),
    (
        SUBMITTED,
        FOLLOWER_CHANGED,
        CONTACT_FORGOTTEN,
        REPORTER_FORGOTTEN,
        *EVENTS,
        *CASEWORK_EVENTS,
        *LINKS.values(),
        ORIGINAL_CHANGED,
        *INCIDENT_EVENTS,
        *SITE_EVENTS.values(),
        *SITE_ALARMS.values(),
        COLLECTION_COMING,
    ),
    subscriptions=(KEEP_ACCOUNTS, CHANGE_ACCOUNTS),
)
