"""What the gateway reads from the environment."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.settings import ProcessSettings, port, positive, setting, text


@dataclass(frozen=True, kw_only=True)
class Settings(ProcessSettings):
    """http_host, http_port: where it listens. workers: requests under way at once."""

    http_host: str = setting(text, "127.0.0.1")
    http_port: int = setting(port, 8080)
    workers: int = setting(positive, 256)
