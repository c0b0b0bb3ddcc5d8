"""The address that a guest left: for notify only, and forgotten on request."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import EventType, Kind, Operation
from services.chassis.errors import NotFound
from services.chassis.principal import INTERNAL
from services.chassis.text import LANGUAGES, Text
from services.reports.schemas import TrackReport

# what a contact may be asked for; who needs another purpose has it written down here
PURPOSES = ("notification",)


class AskGuestContact(fields.Schema):
    """Of which report, and what for."""

    report_id = fields.UUID(required=True)
    purpose = fields.Choice(PURPOSES, required=True)


class GuestContact(fields.Schema):
    """Where to write to; nulls where no address was left. tracking_code: the report's."""

    email = fields.String(required=True, allow_none=True, max=254)
    language = fields.Choice(LANGUAGES, required=True, allow_none=True)
    tracking_code = fields.String(required=True, allow_none=True)


class GuestContactForgotten(fields.Schema):
    """What anybody kept of the guest's contact is to be forgotten."""

    report_id = fields.UUID(required=True)


CONTACT_OF_REPORT = Operation(
    "contact_of_report",
    AskGuestContact,
    GuestContact,
    Text("Where to write to a guest", id="Alamat surel tamu"),
    # it leaves a trace in the audit
    Kind.COMMAND,
    access=INTERNAL,
    idempotent=False,
    callers=("notify",),
)
FORGET_CONTACT = Operation(
    "forget_contact",
    TrackReport,
    fields.Nothing,
    Text("Forget the address I left", id="Hapus alamat surel yang saya tinggalkan"),
    Kind.COMMAND,
    errors=(NotFound,),
)
CONTACT_FORGOTTEN = EventType(
    "reports",
    "contact.forgotten",
    GuestContactForgotten,
    Text("A guest's address is to be forgotten", id="Kontak tamu dihapus"),
    consumers=("notify",),
)
