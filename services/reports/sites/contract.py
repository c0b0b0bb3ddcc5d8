"""Garbage sites: what can be asked, done, and heard of them."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.contract import EventType, Kind, Operation
from services.chassis.errors import (
    Conflict,
    IdempotencyKeyReused,
    Invalid,
    Malformed,
    NotFound,
    StaleVersion,
)
from services.chassis.fields import Schema
from services.chassis.principal import AGENCY_STAFF
from services.chassis.text import Text
from services.reports.schemas import ReportList
from services.reports.sites.schemas import (
    BeginSite,
    CleanSite,
    CloseSite,
    EnforceSite,
    MergeSite,
    MoveReport,
    Site,
    SiteChanged,
    SiteDue,
    SiteFilters,
    SiteId,
    SiteList,
    SitePage,
    SitePhotos,
)

LIST_SITES = Operation(
    "list_sites",
    SiteFilters,
    SiteList,
    Text("Places where garbage piles up", id="Titik penumpukan sampah"),
    errors=(Malformed, Invalid),
)
GET_SITE = Operation(
    "get_site",
    SiteId,
    Site,
    Text("One such place", id="Satu titik penumpukan"),
    errors=(NotFound,),
)
SITE_REPORTS = Operation(
    "site_reports",
    SitePage,
    ReportList,
    Text("The reports that lie on a site", id="Laporan di satu titik"),
    errors=(Malformed, NotFound),
)
SITE_PHOTOS = Operation(
    "site_photos",
    SiteId,
    SitePhotos,
    Text("Photos of a site, before and after", id="Foto sebelum dan sesudah"),
    errors=(NotFound,),
)


def _action(name: str, body: type[Schema], summary: Text) -> Operation:
    errors = (NotFound, Conflict, StaleVersion, Invalid, IdempotencyKeyReused)
    return Operation(name, body, Site, summary, Kind.COMMAND, access=AGENCY_STAFF, errors=errors)


BEGIN_SITE = _action(
    "begin_site", BeginSite, Text("Begin with one's duty at a site", id="Mulai tugas di titik")
)
CLEAN_SITE = _action(
    "clean_site", CleanSite, Text("Say that a site is clean", id="Nyatakan titik bersih")
)
ENFORCE_SITE = _action(
    "enforce_site",
    EnforceSite,
    Text("Say that somebody answered for it", id="Nyatakan titik ditindak"),
)
CLOSE_SITE = _action(
    "close_site", CloseSite, Text("Say that there is no more to do", id="Tutup titik")
)
MERGE_SITE = _action(
    "merge_site", MergeSite, Text("Say that two sites are one", id="Gabungkan dua titik")
)
MOVE_SITE_REPORT = _action(
    "move_site_report",
    MoveReport,
    Text("Say that a report lies elsewhere", id="Pindahkan laporan ke titik lain"),
)


def _event(name: str, told: Text, data: type[Schema] = SiteChanged) -> EventType:
    return EventType("reports", f"site.{name}", data, told, consumers=("notify",))


SITE_EVENTS: Mapping[str, EventType] = {
    "opened": _event("opened", Text("A site became known", id="Titik baru diketahui")),
    "reported": _event("reported", Text("A site was reported again", id="Titik dilaporkan lagi")),
    "recurred": _event("recurred", Text("Garbage came back to a site", id="Titik kambuh")),
    "begun": _event("begun", Text("An agency began at a site", id="Tugas di titik dimulai")),
    "cleaned": _event("cleaned", Text("A site is clean", id="Titik sudah bersih")),
    "enforced": _event("enforced", Text("Somebody answered for a site", id="Titik ditindak")),
    "closed": _event("closed", Text("No more is to be done at a site", id="Titik ditutup")),
    "merged": _event("merged", Text("A site went into another one", id="Titik digabungkan")),
    "changed": _event("changed", Text("Something of a site changed", id="Titik berubah")),
}
SITE_ALARMS: Mapping[str, EventType] = {
    "warn": _event("due_soon", Text("A duty's term is nearly over", id="Batas waktu titik segera"),
                   SiteDue),
    "miss": _event("overdue", Text("A duty's term is over", id="Batas waktu titik lewat"), SiteDue),
    "escalate": _event("escalated", Text("A missed duty was passed up", id="Titik dieskalasi"),
                       SiteDue),
}  # fmt: skip
SITE_OPERATIONS = (
    LIST_SITES,
    GET_SITE,
    SITE_REPORTS,
    SITE_PHOTOS,
    BEGIN_SITE,
    CLEAN_SITE,
    ENFORCE_SITE,
    CLOSE_SITE,
    MERGE_SITE,
    MOVE_SITE_REPORT,
)
