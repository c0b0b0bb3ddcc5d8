"""What can be done to reports, and what happens to them by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.chassis.contract import EventType, Kind, Operation
from services.chassis.errors import (
    Conflict,
    IdempotencyKeyReused,
    Invalid,
    NotFound,
    StaleVersion,
)
from services.chassis.fields import Schema
from services.chassis.principal import AGENCY_STAFF, LEADERS, LOGGED_IN, Role
from services.chassis.text import Text
from services.reports.abuse.contract import Blocked
from services.reports.action_schemas import (
    Assign,
    Close,
    Comment,
    FollowUp,
    Forward,
    Hide,
    Hold,
    Merge,
    Note,
    OriginalChanged,
    Rate,
    Refer,
    Reject,
    Reopen,
    ReportChanged,
    ReportDue,
    ReportLinked,
    ReportMerged,
    Resolve,
    Unmerge,
)
from services.reports.moderation_contract import Moderate, Restore
from services.reports.part_contract import (
    Decline,
    Finish,
    Invite,
    PartChanged,
    PartDue,
    Withdraw,
)
from services.reports.schemas import Report, ReportId

_MODERATORS = LEADERS | {Role.ADMIN}
_WHO_MODERATES = AGENCY_STAFF | {Role.ADMIN}


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
    access: frozenset[Role] = AGENCY_STAFF,
    data: type[Schema] = ReportChanged,
) -> Action:
    errors = (NotFound, Conflict, StaleVersion, Invalid, IdempotencyKeyReused, Blocked)
    operation = Operation(
        f"{name}_report", body, Report, summary, Kind.COMMAND, access=access, errors=errors
    )
    return Action(name, operation, _event(past, told, data))


def _event(past: str, told: Text, data: type[Schema] = ReportChanged) -> EventType:
    return EventType("reports", f"report.{past}", data, told, consumers=("notify",))


def _part(name: str, past: str, body: type[Schema], summary: Text, told: Text) -> Action:
    return _action(name, f"part_{past}", body, summary, told, data=PartChanged)


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
    _action("close", "closed", Close, Text("Close a resolved report", id="Tutup laporan"),
            Text("A report was closed", id="Laporan ditutup"), LOGGED_IN),
    _action("rate", "rated", Rate, Text("Rate what was done", id="Nilai penyelesaian"),
            Text("A report was rated", id="Laporan dinilai"), LOGGED_IN),
    _action("comment", "commented", Comment, Text("Comment on a report", id="Komentari laporan"),
            Text("A report was commented on", id="Laporan dikomentari"), LOGGED_IN),
    _action("hide", "hidden", Hide, Text("Hide a report from the public", id="Sembunyikan laporan"),
            Text("A report was hidden", id="Laporan disembunyikan"), _MODERATORS),
    _action("claim", "claimed", ReportId, Text("Take it on oneself", id="Ambil laporan"),
            Text("An officer took a report on", id="Petugas mengambil laporan")),
    _action("release", "released", ReportId, Text("Give it back", id="Lepaskan laporan"),
            Text("An officer gave a report back", id="Petugas melepaskan laporan")),
    _action("note", "noted", Note, Text("Note for colleagues only", id="Catatan internal"),
            Text("Staff noted something", id="Catatan internal ditambahkan")),
)  # fmt: skip
# what is told by a handler of its own (decision 0014)
_CASEWORK = (
    _action("refer", "referred", Refer, Text("Refer it to another authority", id="Rujuk laporan"),
            Text("A report is another authority's", id="Laporan bukan kewenangan kota")),
    _action("follow_up", "followed_up", FollowUp,
            Text("Say whether it is still well", id="Jawab pertanyaan tindak lanjut"),
            Text("A reporter said whether it is still well", id="Tindak lanjut dijawab"),
            LOGGED_IN),
    _action("moderate", "moderated", Moderate, Text("Show something else", id="Moderasi laporan"),
            Text("A part of a report was moderated", id="Sebagian laporan dimoderasi"),
            _WHO_MODERATES),
    _action("restore", "restored", Restore, Text("Show it again", id="Pulihkan yang dimoderasi"),
            Text("What was moderated is shown again", id="Yang dimoderasi dipulihkan"),
            _WHO_MODERATES),
    _part("invite", "asked", Invite, Text("Ask another agency to help", id="Libatkan instansi"),
          Text("An agency was asked to take part", id="Instansi diminta ikut menangani")),
    _part("accept", "accepted", ReportId, Text("Take part", id="Terima pelibatan"),
          Text("An agency takes part", id="Instansi ikut menangani")),
    _part("begin", "begun", ReportId, Text("Begin with one's part", id="Mulai bagian sendiri"),
          Text("An agency began with its part", id="Instansi memulai bagiannya")),
    _part("finish", "done", Finish, Text("Say that one's part is done", id="Selesaikan bagian"),
          Text("An agency's part is done", id="Bagian instansi selesai")),
    _part("decline", "declined", Decline, Text("Decline to take part", id="Tolak pelibatan"),
          Text("An agency declined to take part", id="Instansi menolak ikut menangani")),
    _part("withdraw", "withdrawn", Withdraw, Text("Ask for no more", id="Batalkan pelibatan"),
          Text("A part is not needed any more", id="Pelibatan instansi dibatalkan")),
    _action("merge", "merged", Merge, Text("Say of what it is a duplicate", id="Gabung laporan"),
            Text("A report was merged into another", id="Laporan digabungkan"), data=ReportMerged),
    _action("unmerge", "unmerged", Unmerge, Text("Say that it is no duplicate", id="Pisah laporan"),
            Text("A report is no duplicate after all", id="Laporan dipisahkan"), data=ReportMerged),
)  # fmt: skip
ACTIONS: Mapping[str, Action] = {action.name: action for action in (*_ACTIONS, *_CASEWORK)}

# what happens by itself when a term ends (`service_levels.py`), and closing, which people do too
ALARMS: Mapping[str, EventType] = {
    "warn": _event("due_soon", Text("A term is nearly over", id="Batas waktu segera tiba"),
                   ReportDue),
    "miss": _event("overdue", Text("A term is over", id="Batas waktu terlewati"), ReportDue),
    "escalate": _event("escalated", Text("A missed term was passed up", id="Laporan dieskalasi"),
                       ReportDue),
    "close": ACTIONS["close"].event,
}  # fmt: skip
PART_ALARMS: Mapping[str, EventType] = {
    "part_warn": _event("part_due_soon", Text("A part's term is nearly over",
                                              id="Batas waktu bagian segera tiba"), PartDue),
    "part_miss": _event("part_overdue", Text("A part's term is over",
                                             id="Batas waktu bagian terlewati"), PartDue),
    "part_escalate": _event("part_escalated", Text("A part's missed term was passed up",
                                                   id="Bagian dieskalasi"), PartDue),
}  # fmt: skip
EVENTS = tuple(dict.fromkeys((*(action.event for action in _ACTIONS), *ALARMS.values())))
FOLLOW_UP_ASKED = _event(
    "follow_up_asked",
    Text("A reporter is asked if it is still well", id="Tindak lanjut ditanya"),
)
CASEWORK_EVENTS = (*(one.event for one in _CASEWORK), *PART_ALARMS.values(), FOLLOW_UP_ASKED)
# what an original sees of merge and unmerge
LINKS: Mapping[str, EventType] = {
    "link": _event("linked", Text("A report has a duplicate", id="Laporan memiliki duplikat"),
                   ReportLinked),
    "unlink": _event("unlinked", Text("A report has a duplicate less", id="Duplikat dilepas"),
                     ReportLinked),
}  # fmt: skip
# beside the event that it names, and in order with those of LINKS
ORIGINAL_CHANGED = EventType(
    "reports",
    "original.changed",
    OriginalChanged,
    Text("Something happened to a report with duplicates", id="Laporan dengan duplikat berubah"),
    consumers=("notify",),
)
