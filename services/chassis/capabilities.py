"""Capabilities: proof that its holder uploaded a file, so that messages need carry no file.

The gateway issues one for each upload; the service that takes the file under its wing checks it.
Both know the same secret.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from services.chassis.clock import Clock

LIFETIME = timedelta(hours=24)


@dataclass(frozen=True)
class UploadedPhoto:
    """A picture in the file store. hour: of its upload (UTC, YYYYMMDDHH), a part of its key.

    digest: SHA-256 of the picture. width, height: pixels. bytes: size of the picture. likeness:
    what it looks like, by 64 bits that alike pictures nearly share; None from a gateway of before.
    """

    hour: str
    digest: str
    width: int
    height: int
    bytes: int
    likeness: str | None = None

    def key(self, size: str = "full") -> str:
        """Its key in the file store; size: `full` or `thumb`."""
        return photo_key(self.hour, self.digest, size)


class Capabilities:
    """Issues and reads them. secret: 32 bytes, the same wherever they are used."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def issue(self, photo: UploadedPhoto, holder: str) -> tuple[str, datetime]:
        """(the capability, when it expires). holder: the subject that may use it."""
        return self._issued(photo, holder, self._clock.now().replace(microsecond=0))

    def issue_repeatably(self, photo: UploadedPhoto, holder: str) -> str:
        """A capability for use at once, the same for the same picture within an hour: so a form
        that is sent again is the same request again."""
        return self._issued(photo, holder, _hour(self._clock.now()))[0]

    def _issued(self, photo: UploadedPhoto, holder: str, at: datetime) -> tuple[str, datetime]:
        expires = at + LIFETIME
        content = asdict(photo) | {"expires": int(expires.timestamp())}
        return str(self._for(holder).dumps(content)), expires

    def read(self, capability: str, holder: str) -> UploadedPhoto | None:
        """What was uploaded; None if it is not ours, not the holder's, or has expired."""
        try:
            content: dict[str, Any] = dict(self._for(holder).loads(capability))
            expires = datetime.fromtimestamp(content.pop("expires"), UTC)
            photo = UploadedPhoto(**content)
        except (BadData, KeyError, TypeError, ValueError):
            # signed by us or not, another version may have meant something else by it
            return None
        return photo if self._clock.now() < expires else None

    def _for(self, holder: str) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret, salt=f"upload.{holder}")


def photo_key(hour: str, digest: str, size: str = "full") -> str:
    """The key of a photo in the file store."""
    return f"{photo_folder(hour)}/{digest}{'.thumb' if size == 'thumb' else ''}.jpg"


def photo_folder(hour: str) -> str:
    """Where the uploads of one hour are kept.

    Nothing new comes into a folder once its hour is over, and no capability for what is in it works
    after LIFETIME more, so that unused files in it can be swept without asking anybody to wait.
    """
    return f"photos/{hour}"


def hour_of(moment: datetime) -> str:
    """The name of an hour."""
    return _hour(moment).strftime("%Y%m%d%H")


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
