"""What the gateway reads from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from environs import Env, EnvError

from gateway.addresses import Network
from gateway.quotas import Quota, parsed, quota
from services.chassis.secret_settings import secret_bytes
from services.chassis.settings import (
    ProcessSettings,
    addresses,
    descriptor,
    files_url,
    http_url,
    networks,
    port,
    positive,
    scale,
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
    """What the gateway reads besides."""

    http_host: str = setting(text, "127.0.0.1", means="where it listens")
    http_port: int = setting(port, 8080, means="where it listens")
    http_socket_fd: int | None = setting(
        descriptor, None, means="an inherited listening socket instead, shared by processes"
    )
    workers: int = setting(positive, 128, means="requests served at once")
    queue: int = setting(positive, 256, means="requests that wait for a worker")
    connections: int = setting(positive, 4_096, means="open connections of a process")
    streams: int = setting(positive, 500, means="open live streams of a process")
    streams_per_address: int = setting(
        positive, 100, means="open live streams of one client address"
    )
    service_addresses: Mapping[str, str] | None = setting(
        addresses, None, means="where services are called while the broker is away"
    )
    trusted_proxies: tuple[Network, ...] = setting(
        networks, (), means="whose X-Forwarded-For and X-Forwarded-Proto are believed"
    )
    cors_origins: tuple[str, ...] = setting(origins, (), means="whose pages may read the answers")
    rate_limit_scale: float = setting(scale, 1.0, means="multiplies every rate")
    redis_url: str | None = setting(
        redis_url, None, means="counts rates for all processes; without it each for itself"
    )
    report_quota: Quota = setting(
        quota,
        parsed("account=20/hour,60/day device=10/hour,30/day address=600/hour"),
        means="how many reports one sender may send; address: guests who name no device together",
    )
    comment_quota: Quota = setting(
        quota,
        parsed("account=60/hour,300/day device=60/hour,300/day"),
        means="the same for comments",
    )
    support_quota: Quota = setting(
        quota,
        parsed("account=120/hour,500/day device=120/hour,500/day"),
        means="the same for support and wishes to follow",
    )
    cursor_secret: bytes = setting(secret_bytes, means="signs the cursors of lists")
    upload_secret: bytes = setting(
        secret_bytes, means="proves who uploaded a photo; the same for gateway and reports"
    )
    public_url: str | None = setting(
        http_url, None, means="where people reach it, for links; else as each client did"
    )
    open311_contact: str | None = setting(
        text, None, means="whom apps ask for an API key, in the discovery of Open311"
    )
    files_url: str = setting(
        files_url, means="where photos are kept; the same for gateway and reports"
    )
