"""What reports reads from the environment."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.settings import ServiceSettings, secret_bytes, setting


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """tracking_secret: from it guests' tracking codes are derived; changing it voids them all."""

    tracking_secret: bytes = setting(secret_bytes)
