"""What reports offers: operations, events, and the words for what can go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.chassis.contract import Contract, EventType, Kind, Operation
from services.chassis.errors import (
    Conflict,
    IdempotencyKeyReused,
    Invalid,
    Malformed,
    NotFound,
    StaleVersion,
)
from services.chassis.fields import Schema
from services.chassis.principal import LOGGED_IN, Role
from services.chassis.text import Text
from services.reports.schemas import (
    Assign,
    Comment,
    Follow,
    FollowerChanged,
    Forward,
    GetPhoto,
    Hide,
    Hold,
    ListReports,
    Rate,
    Reject,
    Reopen,
    Report,
    ReportChanged,
    ReportId,
    ReportList,
    ReportSubmitted,
    Resolve,
    StoredPhoto,
    SubmitReport,
    Timeline,
    TrackReport,
)

SUBMIT_REPORT = Operation(
    "submit_report",
    SubmitReport,
    Report,
    Text("Report something", id="Laporkan sesuatu"),
    Kind.COMMAND,
    errors=(Invalid, IdempotencyKeyReused),
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
    errors=(Malformed,),
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
    ReportId,
    Timeline,
    Text("What happened to a report", id="Perjalanan laporan"),
    errors=(NotFound,),
)

SUBMITTED = EventType(
    "reports",
    "report.submitted",
    ReportSubmitted,
    Text("A report came in", id="Laporan masuk"),
    consumers=("notify",),
)

SUPPORT = Operation(
    "support_report",
    ReportId,
    Report,
    Text("Say that it concerns you too", id="Dukung laporan"),
    Kind.COMMAND,
    access=LOGGED_IN,
    errors=(NotFound, StaleVersion),
)
FOLLOW = Operation(
    "follow_report",
    Follow,
    Report,
    Text("Be told what happens to it", id="Ikuti laporan"),
    Kind.COMMAND,
    access=LOGGED_IN,
    errors=(NotFound, StaleVersion),
)
FOLLOWER_CHANGED = EventType(
    "reports",
    "follower.changed",
    FollowerChanged,
    Text("Somebody follows a report, or no more", id="Pengikut laporan berubah"),
    consumers=("notify",),
)

_AGENCY = frozenset({Role.OFFICER, Role.SUPERVISOR})
_MODERATORS = frozenset({Role.SUPERVISOR, Role.ADMIN})


@dataclass(frozen=True)
class Action:
    """Something that can be done to a report: the call, and the event that tells of it.

    Who may do it in which state stands in `lifecycle.RULES`.
    """

    name: str
    operation: Operation
    event: EventType


def _action(
    name: str,
    past: str,
    body: type[Schema],
    summary: Text,
    told: Text,
    access: frozenset[Role] = _AGENCY,
) -> Action:
    errors = (NotFound, Conflict, StaleVersion, Invalid, IdempotencyKeyReused)
    operation = Operation(
        f"{name}_report", body, Report, summary, Kind.COMMAND, access=access, errors=errors
    )
    event = EventType("reports", f"report.{past}", ReportChanged, told, consumers=("notify",))
    return Action(name, operation, event)


_ACTIONS = (
    _action("verify", "verified", ReportId, Text("Confirm a report", id="Verifikasi laporan"),
            Text("A report was verified", id="Laporan diverifikasi")),
    _action("assign", "assigned", Assign, Text("Say who works on it", id="Tugaskan laporan"),
            Text("A report was assigned", id="Laporan ditugaskan")),
    _action("start", "started", ReportId, Text("Begin to work on it", id="Mulai pengerjaan"),
            Text("Work on a report began", id="Pengerjaan laporan dimulai")),
    _action("hold", "held", Hold, Text("Let it wait", id="Tunda laporan"),
            Text("A report has to wait", id="Laporan ditunda")),
    _action("resolve", "resolved", Resolve, Text("Say what was done", id="Selesaikan laporan"),
            Text("A report was resolved", id="Laporan diselesaikan")),
    _action("reject", "rejected", Reject, Text("Decline a report", id="Tolak laporan"),
            Text("A report was rejected", id="Laporan ditolak")),
    _action("forward", "forwarded", Forward, Text("Pass it on", id="Teruskan laporan"),
            Text("A report was passed on", id="Laporan diteruskan")),
    _action("reopen", "reopened", Reopen, Text("Say that it is not done", id="Buka kembali"),
            Text("A report was reopened", id="Laporan dibuka kembali"), LOGGED_IN),
    _action("close", "closed", ReportId, Text("Close a resolved report", id="Tutup laporan"),
            Text("A report was closed", id="Laporan ditutup"), LOGGED_IN),
    _action("rate", "rated", Rate, Text("Rate what was done", id="Nilai penyelesaian"),
            Text("A report was rated", id="Laporan dinilai"), LOGGED_IN),
    _action("comment", "commented", Comment, Text("Comment on a report", id="Komentari laporan"),
            Text("A report was commented on", id="Laporan dikomentari"), LOGGED_IN),
    _action("hide", "hidden", Hide, Text("Hide a report from the public", id="Sembunyikan laporan"),
            Text("A report was hidden", id="Laporan disembunyikan"), _MODERATORS),
)  # fmt: skip
ACTIONS: Mapping[str, Action] = {action.name: action for action in _ACTIONS}

CONTRACT = Contract(
    "reports",
    Text("Citizens' reports", id="Laporan warga"),
    (
        SUBMIT_REPORT,
        GET_REPORT,
        GET_PHOTO,
        LIST_REPORTS,
        TRACK_REPORT,
        TIMELINE,
        SUPPORT,
        FOLLOW,
        *(action.operation for action in _ACTIONS),
    ),
    (SUBMITTED, FOLLOWER_CHANGED, *(action.event for action in _ACTIONS)),
)
