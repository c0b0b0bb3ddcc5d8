"""A reporter's personal data are removed for good, while the case stays."""

from __future__ import annotations

from hashlib import sha256

from services.chassis import fields
from services.chassis.contract import EventType, Kind, Operation
from services.chassis.errors import Conflict, IdempotencyKeyReused, Invalid, NotFound, StaleVersion
from services.chassis.principal import LOGGED_IN
from services.chassis.text import Text
from services.reports.action_schemas import ReportChanged
from services.reports.schemas import ReportId


class ForgetReporter(ReportId):
    """irrevocable: true, for whoever asks knows that nothing brings it back.

    reason: who asked for it and how; staff has to say so, a reporter need not.
    """

    irrevocable = fields.Boolean(required=True, metadata={"example": True})
    reason = fields.String(
        min=1, max=fields.MAX_TEXT, multiline=True,
        metadata={"example": "Permintaan tertulis pelapor, UU 27/2022"},
    )  # fmt: skip


class ReporterForgotten(ReportChanged):
    """Whose traces are to go, without saying who: `reporter` is null already.

    digest: of the reporter's account, for this report only (`reporter_digest`); null for a guest.
    serial: changes of followers up to this one are from before.
    """

    digest = fields.String(required=True, allow_none=True)
    serial = fields.Integer(required=True, min=1, max=2**63 - 1)


def reporter_digest(report_id: str, account: str) -> str:
    """By which whoever knows an account finds out whether it is meant, and nobody else who it is:
    hexadecimal SHA-256 over both."""
    return sha256(f"{report_id}:{account}".encode()).hexdigest()


FORGET_REPORTER = Operation(
    "forget_reporter",
    ForgetReporter,
    fields.Nothing,
    Text(
        "Remove who reported, for good; the case stays. This cannot be undone",
        id="Hapus data pelapor secara permanen; laporannya tetap. Tidak dapat dibatalkan",
    ),
    Kind.COMMAND,
    access=LOGGED_IN,
    errors=(NotFound, Conflict, StaleVersion, Invalid, IdempotencyKeyReused),
)
REPORTER_FORGOTTEN = EventType(
    "reports",
    "reporter.forgotten",
    ReporterForgotten,
    Text("A reporter's data were removed", id="Data pelapor dihapus"),
    consumers=("notify",),
)
