"""An account's e-mail address: verified by a code, told to notify only, forgotten on request."""

from __future__ import annotations

from services.chassis import fields, text_fields
from services.chassis.contract import EventType, Kind, Operation
from services.chassis.errors import Conflict, IdempotencyKeyReused, Invalid, NotFound
from services.chassis.principal import INTERNAL, LOGGED_IN
from services.chassis.text import LANGUAGES, Text

NOTIFY = ("notify",)
# what a contact may be asked for; who needs another purpose has it written down here
PURPOSES = ("notification",)


class SetEmail(fields.Schema):
    """The address, and the language of what is sent there; left out, the request's."""

    email = text_fields.Email(required=True, metadata={"example": "warga@example.org"})
    language = fields.Choice(LANGUAGES, metadata={"example": "id"})


class Code(fields.Schema):
    """The code that came by e-mail."""

    code = fields.String(required=True, min=6, max=6, metadata={"example": "123456"})


class EmailState(fields.Schema):
    """email: the verified address. pending: the one that waits for its code."""

    email = fields.String(required=True, allow_none=True, max=254)
    language = fields.Choice(LANGUAGES, required=True, allow_none=True)
    pending = fields.String(required=True, allow_none=True, max=254)


class AskContact(fields.Schema):
    """Whose, and what for."""

    account_id = fields.UUID(required=True)
    purpose = fields.Choice(PURPOSES, required=True)


class Contact(fields.Schema):
    """A verified address; nulls where there is none."""

    email = fields.String(required=True, allow_none=True, max=254)
    language = fields.Choice(LANGUAGES, required=True, allow_none=True)


class VerificationId(fields.Schema):
    """Which verification."""

    verification_id = fields.UUID(required=True)


class CodeToSend(fields.Schema):
    """What to send where."""

    email = fields.String(required=True, max=254)
    language = fields.Choice(LANGUAGES, required=True)
    code = fields.String(required=True)


class VerificationRequested(fields.Schema):
    """A code is to be sent; whoever sends it fetches it by the verification's id."""

    verification_id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)


class ContactChanged(fields.Schema):
    """What anybody kept of the account's contact is out of date."""

    account_id = fields.UUID(required=True)


class TooManyCodes(Conflict):
    """Codes are sent so many times an hour only."""

    code = "too_many_codes"
    title = Text(
        "Too many codes; try again in an hour", id="Terlalu banyak kode; coba satu jam lagi"
    )


SET_EMAIL = Operation(
    "set_email",
    SetEmail,
    EmailState,
    Text("Give an e-mail address", id="Daftarkan alamat surel"),
    Kind.COMMAND,
    access=LOGGED_IN,
    errors=(Invalid, TooManyCodes, IdempotencyKeyReused),
)
VERIFY_EMAIL = Operation(
    "verify_email",
    Code,
    EmailState,
    Text("Confirm it with the code", id="Verifikasi alamat surel"),
    # a wrong code is counted although it is refused
    Kind.STEPS,
    access=LOGGED_IN,
    errors=(Invalid,),
)
GET_EMAIL = Operation(
    "get_email",
    fields.Nothing,
    EmailState,
    Text("One's e-mail address", id="Alamat surel saya"),
    access=LOGGED_IN,
)
FORGET_EMAIL = Operation(
    "forget_email",
    fields.Nothing,
    EmailState,
    Text("Forget my e-mail address", id="Hapus alamat surel saya"),
    Kind.COMMAND,
    access=LOGGED_IN,
)
# both leave a trace in the audit, so they are commands; each is to be done as often as asked
CONTACT_OF_ACCOUNT = Operation(
    "contact_of_account",
    AskContact,
    Contact,
    Text("Where to write to somebody", id="Alamat surel sebuah akun"),
    Kind.COMMAND,
    access=INTERNAL,
    idempotent=False,
    callers=NOTIFY,
)
FETCH_VERIFICATION = Operation(
    "fetch_verification",
    VerificationId,
    CodeToSend,
    Text("The code to send; each is given out once", id="Kode yang akan dikirim"),
    Kind.COMMAND,
    access=INTERNAL,
    errors=(NotFound,),
    idempotent=False,
    callers=NOTIFY,
)
EMAIL_OPERATIONS = (
    SET_EMAIL,
    VERIFY_EMAIL,
    GET_EMAIL,
    FORGET_EMAIL,
    CONTACT_OF_ACCOUNT,
    FETCH_VERIFICATION,
)

VERIFICATION_REQUESTED = EventType(
    "registry",
    "email.verification_requested",
    VerificationRequested,
    Text("A code is to be sent", id="Kode verifikasi diminta"),
    consumers=NOTIFY,
)
CONTACT_CHANGED = EventType(
    "registry",
    "contact.changed",
    ContactChanged,
    Text("Somebody's contact changed", id="Kontak berubah"),
    consumers=NOTIFY,
)
EMAIL_EVENTS = (VERIFICATION_REQUESTED, CONTACT_CHANGED)
