"""What reports reads from the environment."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.secret_settings import secret_bytes
from services.chassis.settings import ServiceSettings, files_url, setting, truth


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What reports reads besides."""

    tracking_secret: bytes = setting(
        secret_bytes, means="guests' tracking codes are derived from it; a new one voids them all"
    )
    upload_secret: bytes = setting(
        secret_bytes, means="proves who uploaded a photo; the same for gateway and reports"
    )
    hold_suspected: bool = setting(
        truth, True, means="whether what looks like abuse is kept from the public until looked at"
    )
    files_url: str = setting(
        files_url, means="where photos are kept; the same for gateway and reports"
    )
