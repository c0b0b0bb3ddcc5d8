"""What reports reads from the environment."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.settings import ServiceSettings, files_url, secret_bytes, setting


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """tracking_secret: from it guests' tracking codes are derived; changing it voids them all.

    upload_secret: proves who uploaded a photo, the same as the gateway's. files_url: where photos
    are kept, the same as the gateway's.
    """

    tracking_secret: bytes = setting(secret_bytes)
    upload_secret: bytes = setting(secret_bytes)
    files_url: str = setting(files_url)
