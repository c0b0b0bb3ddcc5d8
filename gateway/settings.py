"""What the gateway reads from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.chassis.settings import (
    ProcessSettings,
    addresses,
    descriptor,
    port,
    positive,
    setting,
    text,
)


@dataclass(frozen=True, kw_only=True)
class Settings(ProcessSettings):
    """http_host, http_port: where it listens. workers: requests under way at once.

    http_socket_fd: a socket that listens already, inherited from the supervisor.

    service_addresses: where services are called while the broker is away.
    """

    http_host: str = setting(text, "127.0.0.1")
    http_port: int = setting(port, 8080)
    http_socket_fd: int | None = setting(descriptor, None)
    workers: int = setting(positive, 256)
    service_addresses: Mapping[str, str] | None = setting(addresses, None)
