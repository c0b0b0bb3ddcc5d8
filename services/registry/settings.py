"""What registry reads from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.chassis.settings import ServiceSettings, file, setting


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """identity_signing_key: the private Ed25519 JWK that signs access tokens."""

    identity_signing_key: Path = setting(file)
