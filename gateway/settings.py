"""What the gateway reads from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from environs import Env, EnvError

from gateway.addresses import Network
from services.chassis.settings import (
    ProcessSettings,
    addresses,
    descriptor,
    files_url,
    networks,
    port,
    positive,
    scale,
    secret_bytes,
    setting,
    text,
    words,
)


def origins(env: Env, name: str) -> tuple[str, ...]:
    """Origins such as https://portal.example.org, separated by commas; or *."""
    found = words(env, name)
    for origin in found:
        scheme, _, rest = origin.partition("://")
        if origin != "*" and (scheme not in ("http", "https") or not rest or "/" in rest):
            raise EnvError(f"{origin} is not an origin such as https://portal.example.org")
    return found


def redis_url(env: Env, name: str) -> str:
    """redis://[:password@]host:port/database."""
    url = text(env, name)
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise EnvError("must look like redis://host:6379/0")
    return url


@dataclass(frozen=True, kw_only=True)
class Settings(ProcessSettings):
    """http_host, http_port: where it listens, unless http_socket_fd is an inherited socket.

    workers: requests at work at once. queue: requests that wait for a worker. connections: open
    ones in this process. streams: open live streams in this process; streams_per_address: of one
    client address. service_addresses: where services are called while the broker is away.
    trusted_proxies: networks whose X-Forwarded-For we believe. cors_origins: whose pages may read
    our answers. rate_limit_scale: multiplies every rate limit. redis_url: where rate limits are
    counted for all processes; left out, each counts for itself. cursor_secret: signs cursors;
    upload_secret: makes capabilities, the same as that of reports. files_url: where photos are.
    """

    http_host: str = setting(text, "127.0.0.1")
    http_port: int = setting(port, 8080)
    http_socket_fd: int | None = setting(descriptor, None)
    workers: int = setting(positive, 128)
    queue: int = setting(positive, 256)
    connections: int = setting(positive, 4_096)
    streams: int = setting(positive, 500)
    streams_per_address: int = setting(positive, 100)
    service_addresses: Mapping[str, str] | None = setting(addresses, None)
    trusted_proxies: tuple[Network, ...] = setting(networks, ())
    cors_origins: tuple[str, ...] = setting(origins, ())
    rate_limit_scale: float = setting(scale, 1.0)
    redis_url: str | None = setting(redis_url, None)
    cursor_secret: bytes = setting(secret_bytes)
    upload_secret: bytes = setting(secret_bytes)
    files_url: str = setting(files_url)
