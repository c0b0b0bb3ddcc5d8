"""What people can say about their e-mail, and what notify hears to keep contacts right."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import Kind, Operation, Subscription
from services.chassis.errors import NotFound
from services.chassis.principal import LOGGED_IN
from services.chassis.text import Text
from services.notify.mail.links import MOST, Purpose
from services.registry.contract import CONTACT_CHANGED, VERIFICATION_REQUESTED
from services.reports.contract import CONTACT_FORGOTTEN, REPORTER_FORGOTTEN


class Preferences(fields.Schema):
    """email: whether news may come by e-mail, where there is a verified address."""

    email = fields.Boolean(required=True, metadata={"example": True})


class MailLink(fields.Schema):
    """The last part of a link in an e-mail."""

    token = fields.String(required=True, min=1, max=MOST)


class LinkState(fields.Schema):
    """What the link is for, and whether that is done. about: the topic, if it is about one."""

    purpose = fields.Choice([purpose.value for purpose in Purpose], required=True)
    done = fields.Boolean(required=True)
    about = fields.String(allow_none=True)


GET_PREFERENCES = Operation(
    "get_preferences",
    fields.Nothing,
    Preferences,
    Text("How one wants to be told", id="Preferensi pemberitahuan"),
    access=LOGGED_IN,
)
SET_PREFERENCES = Operation(
    "set_preferences",
    Preferences,
    Preferences,
    Text("Say how one wants to be told", id="Ubah preferensi pemberitahuan"),
    Kind.COMMAND,
    access=LOGGED_IN,
)
OPEN_LINK = Operation(
    "open_link",
    MailLink,
    LinkState,
    Text("Where a link in an e-mail leads", id="Halaman tautan surel"),
    errors=(NotFound,),
)
USE_LINK = Operation(
    "use_link",
    MailLink,
    LinkState,
    Text("Unsubscribe, or confirm an address", id="Berhenti berlangganan atau konfirmasi alamat"),
    Kind.COMMAND,
    errors=(NotFound,),
    idempotent=False,
)
MAIL_OPERATIONS = (GET_PREFERENCES, SET_PREFERENCES, OPEN_LINK, USE_LINK)

SEND_CODES = Subscription(
    service="notify",
    handler="send_codes",
    events=(VERIFICATION_REQUESTED,),
    ordered=False,
    summary=Text("Send one-time codes", id="Kirim kode verifikasi"),
)
FORGET_CONTACTS = Subscription(
    service="notify",
    handler="forget_contacts",
    events=(CONTACT_CHANGED, CONTACT_FORGOTTEN),
    ordered=False,
    summary=Text("Forget contacts that changed", id="Hapus kontak yang berubah"),
)
# a queue of its own: the version before would not know what to do with these events
FORGET_REPORTERS = Subscription(
    service="notify",
    handler="forget_reporters",
    events=(REPORTER_FORGOTTEN,),
    ordered=False,
    summary=Text("Forget who reported", id="Lupakan pelapor"),
)
MAIL_SUBSCRIPTIONS = (SEND_CODES, FORGET_CONTACTS, FORGET_REPORTERS)
