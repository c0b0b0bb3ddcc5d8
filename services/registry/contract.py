"""What registry offers."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import Contract, EventType, Kind, Operation
from services.chassis.errors import Conflict, Invalid, Unauthenticated
from services.chassis.principal import LOGGED_IN, Role
from services.chassis.text import Text
from services.registry.api_key_contract import OPEN_APP, RefusedKey
from services.registry.email_contract import (
    CONTACT_CHANGED,
    CONTACT_OF_ACCOUNT,
    EMAIL_EVENTS,
    EMAIL_OPERATIONS,
    FETCH_VERIFICATION,
    VERIFICATION_REQUESTED,
)

__all__ = [
    "CONTACT_CHANGED",
    "CONTACT_OF_ACCOUNT",
    "CONTRACT",
    "FETCH_VERIFICATION",
    "OPEN_APP",
    "VERIFICATION_REQUESTED",
    "RefusedKey",
]

HOLDERS = tuple(role.value for role in (*sorted(LOGGED_IN),))
PASSWORD_MIN, PASSWORD_MAX = 12, 128


class Credentials(fields.Schema):
    """Login and password."""

    login = fields.String(required=True, min=1, max=64, metadata={"example": "warga-contoh"})
    password = fields.String(required=True, min=1, max=PASSWORD_MAX, strip=False)


class Tokens(fields.Schema):
    """An access token, and a refresh token that can be used once. expires_in: seconds."""

    access_token = fields.String(required=True, max=4096)
    refresh_token = fields.String(required=True)
    expires_in = fields.Integer(required=True, min=1, max=86_400)
    token_type = fields.Choice(("Bearer",), required=True)


class RefreshToken(fields.Schema):
    """The refresh token that was given out last."""

    refresh_token = fields.String(required=True, min=20, max=200)


class KeySet(fields.Schema):
    """A JSON Web Key Set (RFC 7517) of public keys."""

    keys = fields.List(fields.Attributes(), required=True)


class Account(fields.Schema):
    """An account; `agency` for an agency's staff."""

    id = fields.UUID(required=True)
    login = fields.String(required=True)
    role = fields.Choice(HOLDERS, required=True)
    agency = fields.String(required=True, allow_none=True)


class NewAccount(fields.Schema):
    """An account to make. `agency` is required exactly for an agency's staff."""

    login = fields.String(required=True, min=3, max=64, metadata={"example": "officer-dlh-2"})
    password = fields.String(required=True, min=PASSWORD_MIN, max=PASSWORD_MAX, strip=False)
    role = fields.Choice(HOLDERS, required=True)
    agency = fields.String(min=1, max=20)


class AccountCreated(fields.Schema):
    """Ids and codes only."""

    account_id = fields.UUID(required=True)
    role = fields.Choice(HOLDERS, required=True)
    agency = fields.String(required=True, allow_none=True)


class AccountChanged(AccountCreated):
    """What an account is from now on. active: whether it may log in."""

    active = fields.Boolean(required=True)


class NewPassword(fields.Schema):
    """A password to replace another one."""

    password = fields.String(required=True, min=PASSWORD_MIN, max=PASSWORD_MAX, strip=False)


class LoginTaken(Conflict):
    """There is an account of that login."""

    code = "login_taken"
    title = Text("This login is taken", id="Nama masuk ini sudah dipakai")


ISSUE_TOKEN = Operation(
    "issue_token",
    Credentials,
    Tokens,
    Text("Log in", id="Masuk"),
    Kind.STEPS,
    errors=(Unauthenticated,),
)
REFRESH_TOKEN = Operation(
    "refresh_token",
    RefreshToken,
    Tokens,
    Text("Get new tokens", id="Perbarui token"),
    Kind.STEPS,
    errors=(Unauthenticated,),
)
REVOKE_TOKEN = Operation(
    "revoke_token",
    RefreshToken,
    fields.Nothing,
    Text("Log out", id="Keluar"),
    Kind.COMMAND,
    idempotent=False,
)
JWKS = Operation("jwks", fields.Nothing, KeySet, Text("Public keys", id="Kunci publik"))
WHO_AM_I = Operation(
    "who_am_i", fields.Nothing, Account, Text("Who am I", id="Siapa saya"), access=LOGGED_IN
)
CREATE_ACCOUNT = Operation(
    "create_account",
    NewAccount,
    Account,
    Text("Make an account", id="Buat akun"),
    # its record would hold a digest that a weak password could be guessed from
    Kind.STEPS,
    access=frozenset({Role.ADMIN}),
    errors=(Invalid, LoginTaken),
)

ACCOUNT_CREATED = EventType(
    "registry",
    "account.created",
    AccountCreated,
    Text("An account was made", id="Akun dibuat"),
    consumers=("reports",),
)
ACCOUNT_CHANGED = EventType(
    "registry",
    "account.changed",
    AccountChanged,
    Text("An account was disabled, enabled, or got another role", id="Akun berubah"),
    consumers=("reports",),
)

CONTRACT = Contract(
    "registry",
    Text("Identity and civil registry", id="Identitas dan administrasi kependudukan"),
    (
        ISSUE_TOKEN,
        REFRESH_TOKEN,
        REVOKE_TOKEN,
        JWKS,
        WHO_AM_I,
        CREATE_ACCOUNT,
        *EMAIL_OPERATIONS,
        OPEN_APP,
    ),
    (ACCOUNT_CREATED, ACCOUNT_CHANGED, *EMAIL_EVENTS),
)
