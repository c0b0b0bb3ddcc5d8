"""Keys of apps: programs of others that send in what people told them (Open311)."""

from __future__ import annotations

from services.chassis import fields, text_fields
from services.chassis.contract import Kind, Operation
from services.chassis.errors import Forbidden
from services.chassis.text import Text

MOST_PER_MINUTE = 10_000
NAME_MAX = 40


class RefusedKey(Forbidden):
    """The key is not known, or was revoked: the two are told alike."""

    code = "api_key_refused"
    title = Text(
        "This api_key is not known, or was revoked",
        id="api_key ini tidak dikenal atau sudah dicabut",
    )


class ApiKey(fields.Schema):
    """The key, as the app sent it."""

    key = fields.String(required=True, min=1, max=200, strip=False)


class App(fields.Schema):
    """Who came with the key. id: the key's, such as `jalan-kita.1`. per_minute: how often it may.

    access_token: names the app to services, for a minute.
    """

    id = fields.String(required=True)
    per_minute = fields.Integer(required=True, min=1, max=MOST_PER_MINUTE)
    access_token = fields.String(required=True, max=4096)


class NewApiKey(fields.Schema):
    """A key to make. name: the app's, in small letters. contact: whom to ask when it misbehaves."""

    name = text_fields.Slug(required=True, max=NAME_MAX)
    contact = text_fields.Email(required=True)
    purpose = fields.String(required=True, min=3)
    per_minute = fields.Integer(load_default=600, min=1, max=MOST_PER_MINUTE)


OPEN_APP = Operation(
    "open_app",
    ApiKey,
    App,
    Text("Let an app in by its key", id="Terima aplikasi dengan kuncinya"),
    # the day of its last use is kept
    Kind.COMMAND,
    errors=(RefusedKey,),
    idempotent=False,
)
